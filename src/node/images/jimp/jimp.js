// @ts-check
// The codecs of jimp, and nothing of its image operations. The build bundles this module with all that it imports, so that
// installing the library does not install three dozen packages. Plain JavaScript, like the thread that loads it.
import bmp from '@jimp/js-bmp';
import gif from '@jimp/js-gif';
import jpeg from '@jimp/js-jpeg';
import png from '@jimp/js-png';
import tiff from '@jimp/js-tiff';

export const CODECS = { bmp: bmp(), gif: gif(), jpeg: jpeg(), png: png(), tiff: tiff() };
