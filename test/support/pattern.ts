/** A smooth colour pattern with an edge in it: what image files in the tests show. RGB, compact. */
export function colourPattern(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) {
        // Triangle waves of another period for every channel; integers only, so the same everywhere.
        const wave = Math.abs(((x * (3 + c) + y * (5 - c)) % 510) - 255);
        rgb[i] = x + y > width ? 255 - wave : wave;
      }
    }
  }
  return rgb;
}
