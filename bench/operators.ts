import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacialLandmarkDetector, type Tensor } from 'onnx-facial-lmk-detector/node';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { bareNetworks } from './bare-networks.js';
import type { Bench, Section } from './bench.js';

/** What ONNX Runtime's profile says of one run of one node: microseconds, and shapes by element type. */
interface ProfiledNode {
  cat: string;
  name: string;
  dur: number;
  args: { op_name: string; input_type_shape: Shapes; output_type_shape: Shapes };
}
type Shapes = readonly Readonly<Record<string, readonly number[]>>[];

const END = '_kernel_time';
const shapeOf = (shapes: Shapes, i: number) => Object.values(shapes[i])[0];
const product = (sides: readonly number[]) => sides.reduce((total, side) => total * side, 1);

/** A convolution by its kind; others by their operator. */
function kindOf({ args }: ProfiledNode): string {
  if (args.op_name !== 'Conv') return args.op_name;
  const [, inputs, height, width] = shapeOf(args.input_type_shape, 1);
  return `Conv ${height} x ${width}${inputs === 1 ? ' by channel' : ''}`;
}

/** Products of one run of a convolution. */
function productsOf({ args }: ProfiledNode): number {
  if (args.op_name !== 'Conv') return 0;
  return product(shapeOf(args.output_type_shape, 0)) * product(shapeOf(args.input_type_shape, 1).slice(1));
}

async function profile(path: string, input: Tensor, rounds: number): Promise<ProfiledNode[]> {
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-profile-'));
  try {
    const session = await InferenceSession.create(path, {
      ...{ intraOpNumThreads: 1, logSeverityLevel: 3 },
      ...{ enableProfiling: true, profileFilePrefix: join(folder, 'profile') },
    });
    const feed = new OrtTensor('float32', input.data, input.shape);
    for (let i = 0; i < rounds; i++) await session.run({ [session.inputNames[0]]: feed });
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfiledNode[];
    return events.filter(({ cat, name }) => cat === 'Node' && name.endsWith(END));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Each kind of operator: nodes, milliseconds of all of them (sum of the medians), products a second. */
function table(nodes: readonly ProfiledNode[]): string {
  const kinds = new Map<string, { count: number; time: number; products: number }>();
  const runs = new Map<string, ProfiledNode[]>();
  for (const node of nodes) runs.set(node.name, [...(runs.get(node.name) ?? []), node]);
  for (const [node, ...others] of runs.values()) {
    const times = [node, ...others].map(({ dur }) => dur).sort((a, b) => a - b);
    const kind = kinds.get(kindOf(node)) ?? { count: 0, time: 0, products: 0 };
    kind.count++;
    kind.time += times[times.length >> 1] / 1000;
    kind.products += productsOf(node);
    kinds.set(kindOf(node), kind);
  }
  return [...kinds]
    .sort(([, a], [, b]) => b.time - a.time)
    .map(([name, { count, time, products }]) => {
      const speed = products > 0 ? `  ${(products / time / 1e6).toFixed(1).padStart(5)} GMAC/s` : '';
      return `${name.padEnd(24)} ${String(count).padStart(4)} nodes ${time.toFixed(3).padStart(8)} ms${speed}`;
    })
    .join('\n  ');
}

/** Where the time of both networks goes, by ONNX Runtime's own profile, one thread. */
export const benchOperators: Bench = async ({ models, images, rounds }) => {
  const pipeline = await FacialLandmarkDetector.load(models);
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const { inputs, faces, close } = await bareNetworks(models, pipeline, image);
    await close();
    const of = `${name} (${image.width} x ${image.height})`;
    const detector = await profile(models.detector, inputs.image, rounds);
    sections.push({ title: `Detector, ${of}`, rows: [], note: table(detector) });
    if (!inputs.faces) continue;
    const landmarker = await profile(models.landmarker, inputs.faces, rounds);
    sections.push({ title: `Landmark network, ${of}, ${faces} faces`, rows: [], note: table(landmarker) });
  }
  await pipeline.close();
  return sections;
};
