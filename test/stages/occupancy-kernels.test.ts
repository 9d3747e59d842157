import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packagePath } from '../../gateway/kit/paths.ts'
import { buildKernel } from '../fixtures/kernel.ts'

/** After a change of a kernel: `LUSHAO_WRITE=1 npx vitest run test/stages/occupancy-kernels.test.ts`. */
test('the kept kernels are what their sources compile to', () => {
  const kept = packagePath('gateway', 'occupancy', 'kernels', 'kernels.wasm.ts')
  const built = `/** \`kernels.as.ts\`, compiled; a test rebuilds it and compares. */
export const KERNELS_WASM =
  '${buildKernel('gateway/occupancy/kernels/kernels.as.ts')}'
`
  if (process.env['LUSHAO_WRITE']) writeFileSync(kept, built)
  expect(readFileSync(kept, 'utf8')).toBe(built)
})
