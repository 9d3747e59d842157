/** A drawing goes into the file that people wrote: their comments, their order, their secrets stay. */
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { lineDiff } from '../../gateway/config-diff.ts'
import { drawingOf, withDrawing } from '../../gateway/config-edit.ts'
import type { Drawing } from '../../gateway/http/place-views.ts'

const TEXT = `# Nanjing road, kept by the second shift.
site: nanjing-road   # never rename
gateway: gw-01
region: "310101"


cameras:
  - id: cam-1
    url: rtsp://user:\${CAM1_PASSWORD}@10.0.0.11/main      # evidence stream
    zones:
      # The kerb before the bank.
      - id: kerb
        type: NO_VENDING    # by order of 2026-01-01
        polygon: [[0.10, 0.50], [0.95, 0.50],
                  [0.95, 0.98], [0.10, 0.98]]
        rules:
          - {rule: street-vending, minDwellSec: 180}
          - {rule: piling, minDwellSec: 1800}   # bags of the market
      - id: lane
        type: FIRE_LANE
        polygon: [[0, 0], [1, 0], [1, 0.2]]
  - {id: cam-2, url: 'rtsp://10.0.0.12/main', zones: []}
permits:
  - {id: market, camera: cam-1, polygon: [[0, 0], [0.5, 0], [0.5, 0.5]], windows: [{from: "06:00", to: "09:00"}]}
  - id: fair
    zoneIds: [kerb]
mqtt:
  password: {file: /run/secrets/broker}
`

const change = (edit: (drawing: Drawing) => Partial<Drawing>, text = TEXT, camera = 'cam-1') => {
  const drawing = drawingOf(text, camera)
  return withDrawing(text, camera, { ...drawing, ...edit(drawing) })
}

test('[R18] nothing drawn, nothing changed: not a blank', () => {
  expect(change(() => ({}))).toBe(TEXT)
})

test('[R18] of a moved corner the second person reads one line; comments, order and secrets stay', () => {
  const moved = change(({ zones }) => ({
    zones: zones.map((zone) =>
      zone['id'] === 'lane'
        ? {
            ...zone,
            polygon: [
              [0, 0],
              [1, 0],
              [1, 0.25],
            ],
            name: '消防通道',
          }
        : zone,
    ),
  }))
  expect(lineDiff(TEXT, moved)).toEqual([
    '-         polygon: [[0, 0], [1, 0], [1, 0.2]]',
    '+         polygon: [[0, 0], [1, 0], [1, 0.25]]',
    '+         name: 消防通道',
  ])
})

test('[R18] a threshold, a new zone, a permit and a mask each change their own lines', () => {
  const next = change(({ zones, permits }) => ({
    zones: [
      { ...zones[0]!, rules: [{ rule: 'piling', minDwellSec: 2400 }] },
      zones[1]!,
      {
        id: 'door',
        type: 'SHOPFRONT',
        polygon: [
          [0.1, 0.1],
          [0.2, 0.1],
          [0.2, 0.2],
        ],
        rules: [{ rule: 'beyond-shopfront' }],
      },
    ],
    privacyMasks: [
      {
        polygon: [
          [0, 0],
          [0.1, 0],
          [0.1, 0.1],
        ],
        reason: '居民窗户',
      },
    ],
    permits: [{ ...permits[0]!, windows: [{ from: '06:00', to: '10:00' }] }],
  }))
  expect(lineDiff(TEXT, next)).toEqual([
    '-           - {rule: street-vending, minDwellSec: 180}',
    '-           - {rule: piling, minDwellSec: 1800}   # bags of the market',
    '+           - {rule: piling, minDwellSec: 2400} # bags of the market',
    '+       - id: door',
    '+         type: SHOPFRONT',
    '+         polygon: [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]',
    '+         rules:',
    '+           - rule: beyond-shopfront',
    '+     privacyMasks:',
    '+       - polygon: [[0, 0], [0.1, 0], [0.1, 0.1]]',
    '+         reason: 居民窗户',
    '-   - {id: market, camera: cam-1, polygon: [[0, 0], [0.5, 0], [0.5, 0.5]], windows: [{from: "06:00", to: "09:00"}]}',
    '+   - {id: market, camera: cam-1, polygon: [[0, 0], [0.5, 0], [0.5, 0.5]], windows: [{from: "06:00", to: "10:00"}]}',
  ])
  expect(parse(next)).toMatchObject({
    cameras: [{ zones: [{ id: 'kerb' }, { id: 'lane' }, { id: 'door' }] }, { id: 'cam-2', zones: [] }],
    permits: [{ id: 'market' }, { id: 'fair', zoneIds: ['kerb'] }],
    mqtt: { password: { file: '/run/secrets/broker' } },
  })
})

test('the first zone of a camera that had none, in a file on one line too', () => {
  const zone = {
    id: 'kerb',
    type: 'NO_VENDING',
    polygon: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
    rules: [],
  }
  const drawn = change(() => ({ zones: [zone] }), TEXT, 'cam-2')
  expect(parse(drawn).cameras[1]).toEqual({ ...parse(TEXT).cameras[1], zones: [zone] })
  const json = JSON.stringify({ site: 'a', cameras: [{ id: 'cam-1', url: 'x' }] })
  const next = change(() => ({ zones: [zone] }), json)
  expect(parse(next)).toEqual({ site: 'a', cameras: [{ id: 'cam-1', url: 'x', zones: [zone] }] })
})

test('[R18] a change that would reach another camera through an anchor is refused', () => {
  const shared = `cameras:
  - id: cam-1
    url: a
    zones: &common
      - {id: kerb, type: NO_VENDING, polygon: [[0, 0], [1, 0], [1, 1]]}
  - id: cam-2
    url: b
    zones: *common
`
  const rename = ({ zones }: Drawing) => ({ zones: [{ ...zones[0]!, name: 'x' }] })
  expect(() => change(rename, shared)).toThrow(/anchor/)
  // The one that only refers gets a list of its own.
  expect(parse(change(rename, shared, 'cam-2')).cameras).toMatchObject([
    { zones: [{ id: 'kerb' }] },
    { zones: [{ id: 'kerb', name: 'x' }] },
  ])
})

test('[R18] a drawing cannot make the box read out a secret', () => {
  const named = (name: unknown) => () => change(({ zones }) => ({ zones: [{ ...zones[0]!, name }] }))
  expect(named(`\${CAM1_PASSWORD}`)).toThrow(/cannot be written from here/)
  expect(named({ file: '/run/secrets/broker' })).toThrow(/cannot be written from here/)
  expect(() => change(() => ({}), TEXT, 'cam-9')).toThrow(/cam-9 does not stand in the file/)
})

test('[R18] of a file of thousands of lines, too, the second person reads what changed', () => {
  const one = (number: number) => `  - id: cam-${number}
    url: rtsp://10.0.0.11/main     # evidence
    zones:
      - {id: kerb, type: NO_VENDING, polygon: [[0.10,0], [1,0], [1,1]]}   # drawn by hand

`
  const long = `site: a\ncameras:\n${Array.from({ length: 256 }, (_, number) => one(number)).join('\n')}`
  expect(long.split('\n').length).toBeGreaterThan(1_500)
  const edit = ({ zones }: Drawing) => ({ zones: [{ ...zones[0]!, name: 'bank' }] })
  const next = change(edit, long, 'cam-200')
  expect(lineDiff(long, next)).toEqual([
    '-       - {id: kerb, type: NO_VENDING, polygon: [[0.10,0], [1,0], [1,1]]}   # drawn by hand',
    '+       - {id: kerb, type: NO_VENDING, polygon: [[0.10, 0], [1, 0], [1, 1]], name: bank} # drawn by hand',
  ])
  const longer = long.replace('cameras:\n', `notes: |\n${'  nothing\n'.repeat(3_000)}cameras:\n`)
  expect(lineDiff(longer, change(edit, longer, 'cam-200')).length).toBe(2)
})
