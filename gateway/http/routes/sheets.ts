/** Evidence for paper and for people without our programs: the sheet of a package, and the page that checks packages. */
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Custody } from '../../evidence/custody.ts'
import type { SheetOptions } from '../../evidence/sheet/font.ts'
import type { Transcripts } from '../../evidence/transcripts.ts'
import { type Clock, isoTime } from '../../kit/clock.ts'
import { fault } from '../../kit/errors.ts'
import { packagePath } from '../../kit/paths.ts'
import type { AccessLog } from '../access-log.ts'
import type { App } from '../schema.ts'
import type { EvidenceVault } from '../views.ts'
import { Asked, logPurpose, PackageId } from './asked.ts'

export interface SheetParts {
  readonly evidenceVault: EvidenceVault
  readonly accessLog: AccessLog
  readonly transcripts: Transcripts
  readonly sheet: SheetOptions
  readonly custody: Custody
  readonly clock: Clock
}

const VERIFIER = packagePath('dist', 'verifier', 'lushao-verify.html')

export function sheetRoutes(app: App, parts: SheetParts): void {
  const { evidenceVault, accessLog, transcripts, sheet, custody, clock } = parts
  app.get(
    '/api/v1/evidence/:packageId/sheet',
    {
      config: { permission: 'evidence:read' },
      schema: {
        tags: ['evidence'],
        summary: 'the evidence sheet (照片证据单) of a whole package, as PDF',
        params: z.object({ packageId: PackageId }),
        querystring: Asked,
      },
    },
    async (request, reply) => {
      const { packageId } = request.params
      const { purpose } = request.query
      const look = logPurpose(accessLog, request, { action: 'evidence.sheet', object: packageId, purpose })
      if (!(await evidenceVault.has(packageId))) throw fault('NOT_FOUND', { what: packageId })
      custody.noteLook({ packageId, ...look, at: isoTime(clock.wallMs()) })
      const folder = join(evidenceVault.evidence, packageId)
      // What writes PDF is loaded when the first sheet is asked for.
      const { evidenceSheet } = await import('../../evidence/sheet/sheet.ts')
      const pdf = await evidenceSheet({
        ...{ folder, transcripts: transcripts.of(packageId), options: sheet, locker: evidenceVault.locker },
      })
      return reply
        .type('application/pdf')
        .header('cache-control', 'no-store')
        .header('content-disposition', `inline; filename="${packageId}.pdf"`)
        .send(pdf)
    },
  )

  app.get(
    '/api/v1/verifier',
    {
      config: { permission: 'self' },
      schema: {
        tags: ['evidence'],
        summary: 'one HTML file that checks packages in a browser, offline; it holds no evidence',
      },
    },
    async (_request, reply) => {
      if ((await stat(VERIFIER).catch(() => null)) === null)
        throw fault('NOT_FOUND', { what: basename(VERIFIER) })
      // Saved and opened as a file: this server's own policy for pages is not the one it needs.
      return reply
        .header('content-disposition', `attachment; filename="${basename(VERIFIER)}"`)
        .sendFile(basename(VERIFIER), dirname(VERIFIER), { cacheControl: false })
    },
  )
}
