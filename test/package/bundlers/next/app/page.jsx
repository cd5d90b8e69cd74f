import { redirect } from 'next/navigation';
import { createPool } from 'onnx-facial-lmk-detector/node';

async function find(form) {
  'use server';
  const pool = await createPool({ workers: 1 });
  const { faces } = await pool.detect(new Uint8Array(await form.get('photo').arrayBuffer()));
  await pool.close();
  redirect(`/?faces=${encodeURIComponent(JSON.stringify(faces.map(({ box }) => box)))}`);
}

export default function Page() {
  return (
    <form action={find}>
      <input type="file" name="photo" />
      <button type="submit">Find faces</button>
    </form>
  );
}
