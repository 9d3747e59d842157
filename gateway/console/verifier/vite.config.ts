import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { viteSingleFile } from 'vite-plugin-singlefile'

/** One HTML file with everything in it, `dist/verifier/lushao-verify.html`: it is handed on as a file and opened as one. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [
    viteSingleFile(),
    {
      name: 'lushao-verify.html',
      generateBundle: {
        order: 'post',
        handler(_, bundle) {
          const page = bundle['index.html']
          if (page) page.fileName = 'lushao-verify.html'
        },
      },
    },
  ],
  build: {
    outDir: fileURLToPath(new URL('../../../dist/verifier', import.meta.url)),
    emptyOutDir: true,
    reportCompressedSize: false,
  },
})
