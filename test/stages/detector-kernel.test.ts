import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packagePath } from '../../gateway/kit/paths.ts'
import { buildKernel } from '../fixtures/kernel.ts'

/** After a change of the kernel: `LUSHAO_WRITE=1 npx vitest run test/stages/detector-kernel.test.ts`. */
test('the kept kernel is what its source compiles to', () => {
  const kept = packagePath('gateway', 'detections', 'lay.wasm.ts')
  const built = `/** \`lay.as.ts\`, compiled; a test rebuilds it and compares. */
export const LAY_WASM =
  '${buildKernel('gateway/detections/lay.as.ts')}'
`
  if (process.env['LUSHAO_WRITE']) writeFileSync(kept, built)
  expect(readFileSync(kept, 'utf8')).toBe(built)
})
