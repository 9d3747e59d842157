/**
 * Cuts people and things out of photographs along outlines that others drew (COCO), at any size, either way round.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { z } from 'zod'

const Instances = z.object({
  images: z.array(z.object({ id: z.number(), file_name: z.string() })),
  annotations: z.array(
    z.object({
      id: z.number(),
      image_id: z.number(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      segmentation: z.array(z.array(z.number())),
    }),
  ),
})

/** Which outline is what. */
const IDS = {
  passer: 185_583,
  cook: 200_887,
  table: 119_568,
  bicycle: 125_973,
  'case-a': 1_182_773,
  'case-b': 1_184_502,
} as const
export type SpriteName = keyof typeof IDS

export interface Cut {
  readonly width: number
  readonly height: number
  readonly rgba: Buffer
}

export class Sprite {
  readonly #whole: Buffer
  readonly #cuts = new Map<string, Promise<Cut>>()

  constructor(whole: Buffer) {
    this.#whole = whole
  }

  at(heightPx: number, flipped: boolean): Promise<Cut> {
    const key = `${heightPx} ${flipped}`
    const known = this.#cuts.get(key)
    if (known !== undefined) return known
    const cut = resized(this.#whole, heightPx, flipped)
    this.#cuts.set(key, cut)
    return cut
  }
}

export async function cutOut(folder: string): Promise<Map<SpriteName, Sprite>> {
  const outlines: unknown = JSON.parse(readFileSync(join(folder, 'instances.json'), 'utf8'))
  const { images, annotations } = Instances.parse(outlines)
  const sprites = new Map<SpriteName, Sprite>()
  for (const [name, id] of Object.entries(IDS) as [SpriteName, number][]) {
    const shape = annotations.find((one) => one.id === id)
    const image = images.find((one) => one.id === shape?.image_id)
    if (shape === undefined || image === undefined) throw new Error(`no outline ${id} in ${folder}`)
    sprites.set(name, new Sprite(await cut(join(folder, image.file_name), shape)))
  }
  return sprites
}

async function cut(
  file: string,
  { bbox, segmentation }: z.infer<typeof Instances>['annotations'][number],
): Promise<Buffer> {
  const { width = 0, height = 0 } = await sharp(file).metadata()
  const polygons = segmentation
    .map((points) => `<polygon points="${points.join(' ')}" fill="#fff"/>`)
    .join('')
  const mask = Buffer.from(`<svg width="${width}" height="${height}">${polygons}</svg>`)
  const shape = await sharp(mask).blur(0.8).png().toBuffer()
  const whole = await sharp(file)
    .ensureAlpha()
    .composite([{ input: shape, blend: 'dest-in' }])
    .png()
    .toBuffer()
  const [left, top] = [Math.max(0, Math.floor(bbox[0])), Math.max(0, Math.floor(bbox[1]))]
  const size = {
    width: Math.min(width - left, Math.ceil(bbox[2])),
    height: Math.min(height - top, Math.ceil(bbox[3])),
  }
  return await sharp(whole)
    .extract({ left, top, ...size })
    .png()
    .toBuffer()
}

async function resized(whole: Buffer, heightPx: number, flipped: boolean): Promise<Cut> {
  const { data, info } = await sharp(whole)
    .resize({ height: heightPx })
    .flop(flipped)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgba: data }
}
