/**
 * What a sheet says, read from the sealed record: only what is in it. Newer records say more (place, measured quality);
 * older ones leave those lines out.
 */
import { z } from 'zod'

const Item = z.object({
  itemId: z.string(),
  kind: z.string(),
  path: z.string(),
  isOriginal: z.boolean(),
  derivedFrom: z.string().optional(),
  mime: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  sm3: z.string(),
  cameraId: z.string(),
  capturedAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  width: z.number(),
  height: z.number(),
  quality: z.record(z.string(), z.unknown()).optional(),
  transcript: z.string().optional(),
})
export type SheetItem = z.infer<typeof Item>

const Check = z.object({
  id: z.string(),
  value: z.union([z.number(), z.string(), z.null()]),
  threshold: z.union([z.number(), z.string(), z.null()]).optional(),
  unit: z.string().optional(),
  passed: z.boolean().nullable(),
})
const Property = z.object({ checks: z.array(Check) })

export const SheetRecord = z.object({
  packageId: z.string(),
  purpose: z.string(),
  sequence: z.number(),
  prevPackageId: z.string().nullable(),
  prevManifestHash: z.string().nullable(),
  eventId: z.string(),
  ruleId: z.string(),
  cameraId: z.string(),
  zoneId: z.string(),
  startedAt: z.string(),
  confirmedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  evidenceStatus: z.string(),
  evidenceCaps: z.array(z.string()),
  statement: z.string(),
  productionMethod: z.string(),
  producedAt: z.string(),
  producer: z.object({ site: z.string(), gateway: z.string() }),
  proofObject: z.string(),
  clock: z.object({ source: z.string(), offsetMs: z.number().nullable(), checkedAt: z.string().nullable() }),
  place: z
    .object({
      name: z.string().nullable().optional(),
      address: z.string().nullable().optional(),
      lon: z.number().nullable().optional(),
      lat: z.number().nullable().optional(),
    })
    .optional(),
  quality: z.object({ true: Property, clear: Property, complete: Property, accurate: Property }).optional(),
  items: z.array(Item),
  missing: z.array(z.object({ item: z.string(), code: z.string() })),
})
export type SheetRecord = z.infer<typeof SheetRecord>
