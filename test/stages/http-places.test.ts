/** Places over HTTP: drawn, checked, tried, proposed by one and approved by another. Real files, real films. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Eyes } from '../../gateway/detections/eyes.ts'
import { openFileFeed } from '../../gateway/frames/file-feed.ts'
import type {
  ConfigCheck,
  ConfigProposal,
  ConfigVersion,
  Drawing,
  DryRunView,
  PlaceView,
} from '../../gateway/http/place-views.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import type { GopRing } from '../../gateway/streams/gop-ring.ts'
import { makeClip } from '../fixtures/clip.ts'
import { codeOf, type Running, startServer, Visitor } from './http-fixture.ts'
import { camera } from './office-fixture.ts'

const THING = [0.4, 0.5, 0.55, 0.75] as const
const START_MS = Date.parse('2026-01-05T10:00:00+08:00')
const SECRET = 'rtsp://user:hunter2@192.0.2.1/main'
const HIDDEN = [
  [0, 0],
  [0.2, 0],
  [0.2, 0.4],
  [0, 0.4],
] as const
const POLYGON = [
  [0, 0.3],
  [1, 0.3],
  [1, 1],
  [0, 1],
] as const
const PILING = {
  ...{ id: 'heap', type: 'RESTRICTED', polygon: POLYGON },
  rules: [{ rule: 'piling', minDwellSec: 4 }],
}
/** Test mode, so that an act of seconds is one. */
const CONFIG = {
  governance: { mode: 'test' },
  cameras: [camera('cam-1', { url: SECRET, privacyMasks: [{ polygon: HIDDEN }] }), camera('cam-2')],
}

let folder: string
let clip: string
let ring: GopRing
let eyes: Eyes
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-places-'))
  const things = [{ fromSec: 10, toSec: 30, box: THING, luma: 200 }]
  clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 36, fps: 8, things })
  const source = { path: clip, cameraId: 'cam-1', startWallMs: START_MS, samplesPerSec: 1 }
  const feed = await openFileFeed({ ...source, ringSeconds: 60 })
  for await (const frame of feed.frames()) expect(frame.cameraId).toBe('cam-1')
  ring = feed.ring
  eyes = await Eyes.open(undefined, { enabled: false, everyMs: 900 }, silentLog)
})
afterAll(async () => {
  await eyes.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = () =>
  startServer({ config: CONFIG, ringOf: (id) => (id === 'cam-1' ? ring : null), eyes: () => eyes })

async function two(running: Running): Promise<[Visitor, Visitor]> {
  return [await Visitor.as(running, 'ADMIN', 'zhao'), await Visitor.as(running, 'ADMIN', 'qian')]
}

const json = async <T>(response: Response | Promise<Response>) => (await (await response).json()) as T
const placeOf = (visitor: Visitor) => json<PlaceView>(visitor.get('/api/v1/cameras/cam-1/place'))

/** What is drawn now with these zones instead. */
async function drawn(visitor: Visitor, zones: Drawing['zones']) {
  const { version, drawing } = await placeOf(visitor)
  return { camera: 'cam-1', version, drawing: { ...drawing, zones } }
}

test('[R18] a place as it stands in the file: zones, masks, floors; nothing of its address or password', async () => {
  const visitor = await Visitor.as(await open(), 'OFFICER')
  const response = await visitor.get('/api/v1/cameras/cam-1/place')
  const text = await response.clone().text()
  expect(await json<PlaceView>(response)).toMatchObject({
    ...{ camera: 'cam-1', version: 1, floorsHold: false },
    drawing: {
      zones: [{ id: 'kerb', type: 'NO_VENDING' }],
      privacyMasks: [{ polygon: HIDDEN }],
      permits: [],
    },
    rules: expect.arrayContaining([
      { rule: 'piling', dwellDefaultSec: 1800, dwellFloorSec: expect.any(Number) },
    ]),
  })
  expect(text).not.toMatch(/hunter2|192\.0\.2/)
  expect((await visitor.get('/api/v1/cameras/cam-9/place')).status).toBe(404)
})

test('[R73] a snapshot is for a purpose, is logged, and shows nothing of what a mask hides', async () => {
  const running = await open()
  const visitor = await Visitor.as(running, 'OFFICER')
  expect(await codeOf(await visitor.get('/api/v1/cameras/cam-1/snapshot'))).toBe('PURPOSE_MISSING')
  const shown = await visitor.get('/api/v1/cameras/cam-1/snapshot?purpose=review')
  expect(shown.headers.get('content-type')).toBe('image/jpeg')
  const { data, info } = await sharp(Buffer.from(await shown.arrayBuffer()))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([640, 360])
  const at = (x: number, y: number) => data[Math.round(y * 360) * 640 + Math.round(x * 640)]!
  expect(at(0.1, 0.2)).toBeLessThan(12)
  expect(at(0.6, 0.2)).toBeGreaterThan(50)
  expect(running.accessLog.list(2)).toMatchObject([
    { action: 'live.snapshot', object: 'cam-1', purpose: 'review', outcome: 'granted' },
    { action: 'live.snapshot', outcome: 'refused' },
  ])
  expect(await codeOf(await visitor.get('/api/v1/cameras/cam-2/snapshot?purpose=review'))).toBe(
    'CAMERA_NO_PICTURE',
  )
  const auxiliary = await Visitor.as(running, 'AUXILIARY')
  expect((await auxiliary.get('/api/v1/cameras/cam-1/snapshot?purpose=review')).status).toBe(403)
  expect(readdirSync(join(running.folder, 'places'))).toEqual([])
})

test('[R18] what is drawn is checked by the loader: path, value, what is allowed; nothing is kept', async () => {
  const running = await startServer({ config: { cameras: CONFIG.cameras } })
  const visitor = await Visitor.as(running, 'ADMIN')
  const crossing = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ]
  const zones = [
    { ...PILING, polygon: crossing },
    { ...PILING, id: 'low' },
  ]
  const check = await json<ConfigCheck>(
    visitor.send('POST', '/api/v1/config/check', await drawn(visitor, zones)),
  )
  expect(check.faults.map(({ code, path }) => [code, path])).toEqual(
    expect.arrayContaining([['ZONE_CROSSES_ITSELF', 'cameras[0].zones[0].polygon']]),
  )
  const low = await json<ConfigCheck>(
    visitor.send('POST', '/api/v1/config/check', await drawn(visitor, [{ ...PILING, id: 'low' }])),
  )
  expect(low.faults).toMatchObject([
    { code: 'DWELL_BELOW_FLOOR', path: 'cameras[0].zones[0].rules[0].minDwellSec' },
  ])
  expect(low.faults[0]!.zh).toMatch(/[\u4e00-\u9fff]/)
  expect(JSON.stringify([check, low])).not.toMatch(/hunter2|\.proposed/)
  const refused = await visitor.send('POST', '/api/v1/config/proposals', {
    ...(await drawn(visitor, zones)),
    reason: 'x1',
  })
  expect(await codeOf(refused)).toBe('CONFIG_CHANGE_REFUSED')
  expect(running.office.book.proposals(5)).toEqual([])
})

test('[R18] one proposes, another approves; the proposer alone may not, and a stranger sees nothing', async () => {
  const running = await open()
  const [zhao, qian] = await two(running)
  const officer = await Visitor.as(running, 'OFFICER')
  const wish = { ...(await drawn(zhao, [PILING])), reason: '居民反映堆物' }
  expect((await officer.send('POST', '/api/v1/config/proposals', wish)).status).toBe(403)
  const made = await zhao.send('POST', '/api/v1/config/proposals', wish)
  expect(made.status).toBe(201)
  const { proposal, diff } = await json<ConfigProposal>(made)
  expect(diff).toContain('+       - id: heap')
  const approve = (visitor: Visitor) => visitor.send('POST', `/api/v1/config/proposals/${proposal}/approve`)
  expect(await codeOf(await approve(zhao))).toBe('CONFIG_CHANGE_REFUSED')
  expect(await json(approve(qian))).toEqual({ version: 2 })
  expect(readFileSync(join(running.folder, 'gateway.yaml'), 'utf8')).toContain(SECRET)
  expect((await placeOf(officer)).drawing.zones).toEqual([PILING])

  const auditor = await Visitor.as(running, 'AUDITOR')
  const versions = await auditor.get('/api/v1/config/versions')
  const seen = await versions.clone().text()
  expect((await json<{ versions: ConfigVersion[] }>(versions)).versions[0]).toMatchObject({
    ...{ version: 2, source: 'CHANGE', by: 'zhao', approvedBy: 'qian', reason: '居民反映堆物' },
  })
  const proposals = await auditor.get('/api/v1/config/proposals')
  expect(seen + (await proposals.clone().text())).not.toContain('hunter2')
  expect((await json<{ proposals: ConfigProposal[] }>(proposals)).proposals).toMatchObject([
    { state: 'APPROVED', endedBy: 'qian', base: 1 },
  ])
  expect((await officer.get('/api/v1/config/proposals')).status).toBe(403)
  expect(running.accessLog.list(20).map(({ actor, action }) => [actor, action])).toEqual(
    expect.arrayContaining([
      ['qian', 'config.approve'],
      ['zhao', 'config.propose'],
    ]),
  )

  // Back again is a proposal like any other.
  const back = await qian.send('POST', '/api/v1/config/proposals', { rollbackTo: 1, reason: 'too early' })
  const { proposal: again } = await json<ConfigProposal>(back)
  expect(await json(zhao.send('POST', `/api/v1/config/proposals/${again}/approve`))).toEqual({ version: 3 })
  expect((await placeOf(zhao)).drawing.zones).toMatchObject([{ id: 'kerb' }])
})

test('[R18] a proposal is withdrawn by its proposer, refused by another, and then over', async () => {
  const running = await open()
  const [zhao, qian] = await two(running)
  const propose = async (id: string) => {
    const wish = { ...(await drawn(zhao, [{ ...PILING, id }])), reason: 'try it' }
    return (await json<ConfigProposal>(zhao.send('POST', '/api/v1/config/proposals', wish))).proposal
  }
  const end = (who: Visitor, proposal: number) =>
    who.send('POST', `/api/v1/config/proposals/${proposal}/end`, { reason: 'drawn too wide' })
  const [first, second] = [await propose('a'), await propose('b')]
  expect(await json(end(zhao, first))).toEqual({ outcome: 'WITHDRAWN' })
  expect(await json(end(qian, second))).toEqual({ outcome: 'REFUSED' })
  expect(await codeOf(await qian.send('POST', `/api/v1/config/proposals/${second}/approve`))).toBe(
    'CONFIG_CHANGE_REFUSED',
  )
  expect(await codeOf(await end(zhao, first))).toBe('CONFIG_CHANGE_REFUSED')
  expect(running.office.book.proposals(5)).toMatchObject([
    { state: 'REFUSED', endedBy: 'qian', endReason: 'drawn too wide' },
    { state: 'WITHDRAWN', endedBy: 'zhao' },
  ])
  expect(() => running.database.exec('DELETE FROM config_proposal_end')).toThrow(/append-only/)
})

test('[R18] what was drawn upon an older version is refused, so that nobody’s change is lost', async () => {
  const running = await open()
  const [zhao, qian] = await two(running)
  const old = await drawn(zhao, [])
  const wish = { ...(await drawn(qian, [PILING])), reason: 'first' }
  const { proposal } = await json<ConfigProposal>(qian.send('POST', '/api/v1/config/proposals', wish))
  await zhao.send('POST', `/api/v1/config/proposals/${proposal}/approve`)
  expect(await codeOf(await zhao.send('POST', '/api/v1/config/check', old))).toBe('CONFIG_CHANGE_REFUSED')
  expect((await placeOf(zhao)).drawing.zones).toEqual([PILING])
})

/** Until the dry run that goes on is over. */
async function outcome(visitor: Visitor): Promise<DryRunView> {
  for (;;) {
    const { dryRun } = await json<{ dryRun: DryRunView }>(visitor.get('/api/v1/dry-run'))
    if (dryRun.state !== 'working') return dryRun
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('[R18] a dry run over the ring: the changed drawing tells an event, the present one none, nobody is alerted', async () => {
  const running = await open()
  const visitor = await Visitor.as(running, 'ADMIN')
  const wish = { ...(await drawn(visitor, [PILING])), source: 'ring' }
  const started = await visitor.send('POST', '/api/v1/dry-run', wish)
  expect(started.status).toBe(202)
  expect(await codeOf(await visitor.send('POST', '/api/v1/dry-run', wish))).toBe('DRY_RUN_BUSY')
  const { present, proposed, state, footageSec } = await outcome(visitor)
  expect([state, present?.events]).toEqual(['done', []])
  expect(Math.abs(footageSec - 36)).toBeLessThan(1)
  expect(proposed?.events).toMatchObject([{ ruleId: 'piling', zoneId: 'heap' }])
  const [event] = proposed!.events
  expect(Math.abs(event!.startSec - 10)).toBeLessThanOrEqual(1)
  expect(Math.abs(event!.endSec! - 30)).toBeLessThanOrEqual(1)
  expect(Math.abs(event!.box[0] - THING[0])).toBeLessThan(0.05)
  expect(running.desk.list({ limit: 10 })).toEqual([])
  expect(readdirSync(join(running.folder, 'places'))).toEqual([])
})

test('[R18] what did not last long enough is said to be suspected, and a film of one’s own is taken', async () => {
  const running = await open()
  const visitor = await Visitor.as(running, 'ADMIN')
  const wish = {
    ...(await drawn(visitor, [{ ...PILING, rules: [{ rule: 'piling', minDwellSec: 600 }] }])),
    ...{ source: 'clip', startedAt: '2026-01-05T10:00:00+08:00' },
  }
  expect(await codeOf(await visitor.send('POST', '/api/v1/dry-run', wish))).toBe('NOT_FOUND')
  const short = await makeClip(join(folder, 'short.mp4'), {
    ...{ seconds: 24, fps: 8 },
    things: [{ fromSec: 8, toSec: 24, box: THING, luma: 200 }],
  })
  const bring = (body: Buffer) =>
    fetch(`${running.url}/api/v1/dry-run/clip`, {
      method: 'PUT',
      headers: { cookie: visitor.cookie, 'x-csrf-token': visitor.csrf, 'content-type': 'video/mp4' },
      body: new Uint8Array(body),
    })
  expect(await json(bring(readFileSync(short)))).toEqual({ bytes: readFileSync(short).length })
  await visitor.send('POST', '/api/v1/dry-run', wish)
  const { state, source, proposed } = await outcome(visitor)
  expect([state, source, proposed?.events]).toEqual(['done', 'clip', []])
  expect(proposed?.suspected).toMatchObject([{ ruleId: 'piling', zoneId: 'heap', confirmSec: null }])
  expect(Math.abs(proposed!.suspected[0]!.startSec - 8)).toBeLessThanOrEqual(1)

  // What is no film fails by its code, and the next may start.
  await bring(Buffer.from('no film at all'))
  await visitor.send('POST', '/api/v1/dry-run', wish)
  expect(await outcome(visitor)).toMatchObject({ state: 'failed', failure: { code: 'FILE_NOT_VIDEO' } })
  const stranger = await Visitor.as(running, 'OFFICER')
  expect((await stranger.send('POST', '/api/v1/dry-run', wish)).status).toBe(403)
})

test('[R18] a film larger than is taken is refused before a byte of it', async () => {
  const running = await open()
  const { cookie, csrf } = await Visitor.as(running, 'ADMIN')
  const headers = { cookie, 'x-csrf-token': csrf, 'content-type': 'video/mp4', 'content-length': 500_000_001 }
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request(`${running.url}/api/v1/dry-run/clip`, { method: 'PUT', headers }, (response) => {
      resolve(response.statusCode)
      asked.destroy()
    })
    asked.on('error', reject)
    asked.flushHeaders()
  })
  expect(status).toBe(413)
})

test('[R18] a dry run is cancelled at once', async () => {
  const running = await open()
  const visitor = await Visitor.as(running, 'ADMIN')
  await visitor.send('POST', '/api/v1/dry-run', { ...(await drawn(visitor, [PILING])), source: 'ring' })
  expect((await visitor.send('DELETE', '/api/v1/dry-run')).status).toBe(204)
  expect(await outcome(visitor)).toMatchObject({ state: 'cancelled', proposed: null })
})
