/** The newest picture of a camera, out of its ring; and any film's last one. On disk only while it is decoded. */
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lastPicture, type Picture } from './evidence/picture.ts'
import { wholePicture } from './evidence/stills.ts'
import { fault } from './kit/errors.ts'
import type { Polygon } from './kit/geometry.ts'
import type { GopRing } from './streams/gop-ring.ts'

/** @throws CAMERA_NO_PICTURE */
export async function newestPicture(
  camera: string,
  ring: Pick<GopRing, 'still'> | null,
  folder: string,
): Promise<Picture> {
  const footage = ring?.still(Number.POSITIVE_INFINITY) ?? null
  if (footage === null) throw fault('CAMERA_NO_PICTURE', { camera })
  const file = join(folder, `${randomUUID()}.mp4`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(file, footage.bytes, { mode: 0o600 })
    return await lastPicture(file, footage.sampleCount, 'ffmpeg')
  } finally {
    await rm(file, { force: true })
  }
}

/** The same as JPEG, masks drawn over. */
export async function newestJpeg(
  { id, masks }: { readonly id: string; readonly masks: readonly Polygon[] },
  ring: Pick<GopRing, 'still'> | null,
  folder: string,
): Promise<Buffer> {
  return wholePicture(await newestPicture(id, ring, folder), masks)
}
