/* The widget's loader: one script without imports, dist/widget.js. */
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2020',
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: resolve(here, 'widget/loader.ts'), formats: ['iife'], name: 'SambungChat', fileName: () => 'widget.js' },
  },
});
