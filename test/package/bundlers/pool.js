import { createPool } from 'onnx-facial-lmk-detector/node';

const run = async () => {
  const pool = await createPool({ workers: 1 });
  const { faces } = await pool.detect(process.argv[2]);
  console.log(JSON.stringify(faces));
  await pool.close();
};
run().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
