/**
 * A typeface with Chinese in it, from what the machine has: Debian's fonts, or a file that the operator names. Only the
 * letters that are used go into a sheet.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { fault } from '../../kit/errors.ts'

export const SheetOptions = z.strictObject({
  fontFile: z
    .string()
    .max(300)
    .optional()
    .describe(
      'Typeface (TTF, OTF or TTC with Chinese) of evidence sheets; by default one of Debian’s packages.',
    ),
  fontName: z
    .string()
    .max(100)
    .optional()
    .describe('PostScript name of the face, where the file holds several (TTC).'),
})
export type SheetOptions = z.infer<typeof SheetOptions>

interface Face {
  readonly file: string
  /** Of the face in a collection. */
  readonly name?: string
}

/** Packages fonts-wqy-microhei, fonts-wqy-zenhei, fonts-noto-cjk, fonts-arphic-uming. */
const KNOWN: readonly Face[] = [
  { file: '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc', name: 'WenQuanYiMicroHei' },
  { file: '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc', name: 'WenQuanYiZenHei' },
  { file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', name: 'NotoSansCJKsc-Regular' },
  { file: '/usr/share/fonts/truetype/arphic/uming.ttc', name: 'UMingCN' },
]

export interface Typeface {
  readonly bytes: Buffer
  readonly name: string | undefined
}

export async function findTypeface({ fontFile, fontName }: SheetOptions): Promise<Typeface> {
  const face: Face | undefined =
    fontFile === undefined
      ? KNOWN.find(({ file }) => existsSync(file))
      : { file: fontFile, ...(fontName === undefined ? {} : { name: fontName }) }
  const bytes = face === undefined ? null : await readFile(face.file).catch(() => null)
  if (bytes === null) throw fault('SHEET_FONT_MISSING', { file: face?.file ?? KNOWN[0]!.file })
  return { bytes, name: face?.name }
}
