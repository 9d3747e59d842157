import { chmodSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { probe } from '../../devices/camera/probe.ts'
import { checkFfmpeg } from '../../gateway/streams/media-tool.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { workshop } from './feed-media.ts'

const { clip, path } = workshop()
const H264 = '-c:v libx264 -preset ultrafast -g 25 -t 2 -pix_fmt yuv420p'
const auth = { user: 'admin', password: 'p@ss-word' }
let camera: RtspCamera | null = null
afterEach(() => camera?.close())

test('what a camera offers', async () => {
  camera = await RtspCamera.start({ streams: await clip('c.mp4', H264), auth })
  const found = await probe(camera.urlOf('main', auth), { camera: 'cam-1' })
  expect(found).toMatchObject({
    format: 'rtsp',
    video: { codec: 'h264', width: 320, height: 180, rotation: 0 },
  })
  expect(found.video!.fps).toBeCloseTo(25, 0)
})

test('what is wrong with it, without its password', async () => {
  camera = await RtspCamera.start({ streams: await clip('d.mp4', H264), auth })
  const wrong = camera.urlOf('main', { user: 'admin', password: 'hunter2' })
  const refused = await probe(wrong).catch((error: Error) => error)
  expect(refused).toMatchObject({ code: 'CAMERA_REFUSED' })
  expect(String(refused)).not.toContain('hunter2')
  const elsewhere = camera.urlOf('main', auth).replace(/main$/, 'nothing')
  await expect(probe(elsewhere)).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' })
  const { url } = camera
  await camera.close()
  await expect(probe(url)).rejects.toMatchObject({ code: 'CAMERA_UNREACHABLE' })
})

function program(name: string, firstLine: string): string {
  writeFileSync(path(name), `#!/bin/sh\necho '${firstLine}'\n`)
  chmodSync(path(name), 0o755)
  return path(name)
}

test('ffmpeg: there, not there, too old', async () => {
  expect(await checkFfmpeg()).toMatch(/^\S+$/)
  await expect(checkFfmpeg(path('absent'))).rejects.toMatchObject({ code: 'FFMPEG_MISSING' })
  for (const version of ['4.4.2-0ubuntu0.22.04.1', '5.0.1', 'n4.1']) {
    const old = checkFfmpeg(program('old', `ffmpeg version ${version} Copyright (c) the FFmpeg developers`))
    await expect(old).rejects.toMatchObject({ code: 'FFMPEG_TOO_OLD' })
  }
  for (const version of ['5.1.9-0+deb12u1', 'n7.1', '8.0', 'N-118000-gabcdef']) {
    expect(await checkFfmpeg(program('new', `ffmpeg version ${version} Copyright`))).toBe(version)
  }
})
