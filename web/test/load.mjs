// Brings a module of the app into Node: bundled by esbuild (Vite's own), imported from memory.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const web = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

// Several at once share what they import; their names are then in one.
export async function load(...files) {
  const { outputFiles } = await build({
    stdin: { contents: files.map((file) => `export * from './${file}';`).join('\n'), resolveDir: web },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'node18',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'empty' },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

// What the modules touch of a browser while they are loaded.
export function browser() {
  // a clock that ticks for ever must not keep a test alive
  const interval = globalThis.setInterval;
  globalThis.setInterval = (...args) => interval(...args).unref();
  globalThis.location ??= new URL('http://sambung.test/inbox');
  globalThis.document ??= { cookie: '', documentElement: { dataset: {}, lang: 'en' }, addEventListener() {}, visibilityState: 'visible' };
  globalThis.addEventListener ??= () => {};
  globalThis.history ??= { pushState() {}, replaceState() {} };
}
