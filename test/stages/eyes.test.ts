import { expect, test } from 'vitest'
import { ModelOptions } from '../../gateway/detections/detector.ts'
import { DEFAULT_MODEL_FILE, Eyes, NamingOptions } from '../../gateway/detections/eyes.ts'
import { makeLog } from '../../gateway/kit/log.ts'

const log = makeLog('silent')

test('the network that comes along names wheels; switched off, nobody names anything', async () => {
  const eyes = await Eyes.open(undefined, NamingOptions.parse({}), log)
  expect([...eyes.roles]).toEqual(expect.arrayContaining(['two-wheeler', 'vehicle']))
  expect(eyes.modelDigest).toMatch(/^sha256:[0-9a-f]{64}$/)
  await eyes.close()
  const blind = await Eyes.open(undefined, NamingOptions.parse({ enabled: false }), log)
  expect([blind.roles.size, blind.modelDigest, blind.stats().runs]).toEqual([0, null, 0])
  await blind.close()
})

test('a network that only names is refused as a detector: it would have looked and found nobody', async () => {
  const options = ModelOptions.parse({ file: DEFAULT_MODEL_FILE, workersMax: 1 })
  await expect(Eyes.open(options, NamingOptions.parse({}), log)).rejects.toMatchObject({
    code: 'MODEL_SHAPE_WRONG',
  })
})
