/** A camera more over HTTP: a real one is asked, proposed with its password, approved by another, and read by the loader. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadConfig } from '../../config/loader.ts'
import type { ConfigCheck } from '../../gateway/http/place-views.ts'
import type { CameraProbe, SetupView } from '../../gateway/http/setup-views.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { workshop } from './feed-media.ts'
import { codeOf, type Running, startServer, Visitor } from './http-fixture.ts'
import { camera as configured } from './office-fixture.ts'

const { clip } = workshop()
const LOGIN = { user: 'admin', password: 'hunter2/ü:%' }
const CONFIG = {
  cameras: [configured('cam-1')],
  cameraSetup: { addressesAllowed: ['127.0.0.1'], probeSec: 2 },
}
let camera: RtspCamera | null = null
afterEach(() => camera?.close())

async function serve(): Promise<string> {
  const file = await clip('a.mp4', '-c:v libx264 -preset ultrafast -g 25 -t 4 -pix_fmt yuv420p')
  camera = await RtspCamera.start({ streams: { main: { file } }, auth: LOGIN })
  return camera.url
}

const json = async <T>(response: Response | Promise<Response>) => (await (await response).json()) as T
const secretsOf = ({ folder }: Running): string[] => {
  const at = join(folder, 'secrets')
  return existsSync(at) ? readdirSync(at).map((name) => join(at, name)) : []
}
const wishOf = (url: string, more: object = {}, id = 'cam-2') => ({
  ...{ version: 1, camera: { id, url, name: '路口', transport: 'tcp', deviceKind: 'FIXED' }, login: LOGIN },
  ...more,
})

test('[R18] asked, proposed by one, approved by another: the loader reads it with its password, nobody else does', async () => {
  const url = await serve()
  const running = await startServer({ config: CONFIG })
  const zhao = await Visitor.as(running, 'ADMIN', 'zhao')
  const qian = await Visitor.as(running, 'ADMIN', 'qian')
  const said: string[] = []
  const hear = async (response: Response): Promise<Response> => {
    said.push(await response.clone().text())
    return response
  }
  const question = { url, login: LOGIN, transport: 'tcp' }
  expect(await codeOf(await zhao.send('POST', '/api/v1/camera-setup/probe', question))).toBe(
    'PURPOSE_MISSING',
  )
  const asked = await hear(
    await zhao.send('POST', '/api/v1/camera-setup/probe', { ...question, purpose: 'setup' }),
  )
  const { probe } = await json<{ probe: CameraProbe }>(asked)
  expect(probe).toMatchObject({ codec: 'h264', width: 320, height: 180, audio: null, notes: [] })
  expect(Buffer.from(probe.picture!, 'base64').subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8))
  expect(running.accessLog.list(2)).toMatchObject([
    { action: 'camera.probe', object: new URL(url).host, purpose: 'setup', outcome: 'granted' },
    { action: 'camera.probe', outcome: 'refused' },
  ])
  expect(readdirSync(join(running.folder, 'setup'))).toEqual([])

  const checked = await hear(await zhao.send('POST', '/api/v1/camera-setup/check', wishOf(url)))
  const { faults, diff } = await json<ConfigCheck>(checked)
  expect(faults).toEqual([])
  expect(diff.join('\n')).toMatch(/\+ .*id: cam-2/)
  expect(secretsOf(running)).toEqual([])
  const proposed = await hear(
    await zhao.send('POST', '/api/v1/camera-setup/proposals', { ...wishOf(url), reason: 'a new corner' }),
  )
  expect(proposed.status).toBe(201)
  const [secret] = secretsOf(running)
  expect(statSync(secret!).mode & 0o777).toBe(0o600)
  expect((await zhao.send('POST', '/api/v1/config/proposals/1/approve')).status).toBe(422)
  expect((await qian.send('POST', '/api/v1/config/proposals/1/approve')).status).toBe(200)

  const { config } = loadConfig(join(running.folder, 'gateway.yaml'))
  const added = config!.cameras.find(({ id }) => id === 'cam-2')!
  expect(added).toMatchObject({ name: '路口', transport: 'tcp' })
  expect(decodeURIComponent(new URL(added.url).password)).toBe(LOGIN.password)
  const { text } = running.office.book.current()
  said.push(text, JSON.stringify(running.accessLog.list(50)))
  for (const one of said) expect(one).not.toMatch(/hunter2/)
  expect(config!.configVersion).toMatch(/^sha256:/)
  const after = await json<SetupView>(zhao.get('/api/v1/camera-setup'))
  expect(after).toMatchObject({ version: 2, nextId: 'cam-3', cameras: [{ id: 'cam-1' }, { id: 'cam-2' }] })
  expect(secretsOf(running)).toEqual([secret])
})

test('a change that is withdrawn leaves no password behind; a stale, crooked or foreign one is refused', async () => {
  const url = await serve()
  const running = await startServer({ config: CONFIG })
  const zhao = await Visitor.as(running, 'ADMIN', 'zhao')
  const propose = (wish: object) =>
    zhao.send('POST', '/api/v1/camera-setup/proposals', { ...wish, reason: 'a new corner' })
  expect((await propose(wishOf(url))).status).toBe(201)
  expect(secretsOf(running)).toHaveLength(1)
  await zhao.send('POST', '/api/v1/config/proposals/1/end', { reason: 'not there' })
  await zhao.get('/api/v1/camera-setup')
  expect(secretsOf(running)).toEqual([])

  expect(await codeOf(await propose(wishOf(url, { version: 7 })))).toBe('CONFIG_CHANGE_REFUSED')
  expect(await codeOf(await propose(wishOf(url, {}, 'cam-1')))).toBe('CONFIG_CHANGE_REFUSED')
  expect(await codeOf(await propose(wishOf(url, {}, '../../evil')))).toBe('CONFIG_CHANGE_REFUSED')
  expect(await codeOf(await propose(wishOf('rtsp://169.254.169.254/main')))).toBe('CAMERA_ADDRESS_REFUSED')
  const foreign = wishOf(url)
  Object.assign(foreign.camera, { name: ['$', '{HOME}'].join('') })
  expect(await codeOf(await propose(foreign))).toBe('CONFIG_CHANGE_REFUSED')
  expect(secretsOf(running)).toEqual([])
  const probe = { url: url.replace('127.0.0.1', '127.0.0.2'), transport: 'tcp', purpose: 'setup' }
  expect(await codeOf(await zhao.send('POST', '/api/v1/camera-setup/probe', probe))).toBe(
    'CAMERA_ADDRESS_REFUSED',
  )
  expect(camera!.stats().connections).toBe(0)
})

test('cameras are set up by administrators; a camera that does not run has no view to speak of', async () => {
  const running = await startServer({ config: CONFIG })
  const officer = await Visitor.as(running, 'OFFICER')
  expect((await officer.get('/api/v1/camera-setup')).status).toBe(403)
  const admin = await Visitor.as(running, 'ADMIN')
  const word = { word: 'AGAIN', reason: 'turned' }
  expect((await admin.send('POST', '/api/v1/camera-setup/cam-1/views', word)).status).toBe(404)
  expect((await admin.get('/api/v1/camera-setup/cam-1/views/1?purpose=setup')).status).toBe(404)
  expect(await codeOf(await admin.get('/api/v1/camera-setup/cam-1/views/1'))).toBe('PURPOSE_MISSING')
})
