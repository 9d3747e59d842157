/**
 * A fault leaves as its code and its sentence in both languages; the page shows the one it speaks.
 *
 *     Fault ─▶ { code, en, zh } with the status below;   the rest ─▶ 500 HTTP_FAILED, logged with stack
 */
import type { FaultCode } from '../kit/catalogue.ts'
import { type Fault, fault, isFault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { App } from './schema.ts'

const STATUS: Partial<Record<FaultCode, number>> = {
  NOT_LOGGED_IN: 401,
  GRANT_REFUSED: 401,
  LOGIN_REFUSED: 401,
  NOT_PERMITTED: 403,
  CSRF_REFUSED: 403,
  PASSWORD_CHANGE_DUE: 403,
  SECOND_FACTOR_NEEDED: 401,
  SECOND_FACTOR_WRONG: 401,
  SECOND_FACTOR_DUE: 403,
  SECOND_FACTOR_ON: 409,
  LOGIN_LOCKED: 429,
  LOGIN_BUSY: 503,
  FEED_FULL: 503,
  CAMERA_NO_PICTURE: 503,
  CAMERA_PROBE_BUSY: 409,
  DRY_RUN_BUSY: 409,
  DRY_RUN_CLIP_REFUSED: 413,
  EXPORT_QUEUE_FULL: 503,
  UPLOADS_FULL: 503,
  UPLOAD_NO_ROOM: 507,
  UPLOAD_CHECKSUM_UNKNOWN: 400,
  UPLOAD_CHECKSUM_WRONG: 460,
  UPLOAD_KNOWN: 409,
  UPLOAD_OTHER_DEVICE: 403,
  UPLOAD_OVER_QUOTA: 429,
  UPLOAD_TOO_LARGE: 413,
  UPLOAD_FORM_BAD: 400,
  CONSOLE_MISSING: 503,
  NOT_FOUND: 404,
  BODYCAM_DEVICE_UNKNOWN: 404,
  BODYCAM_OUT_ALREADY: 409,
  BODYCAM_NOT_OUT: 409,
  RECORDING_NOT_QUARANTINED: 409,
  ROLE_NOT_ALLOWED: 403,
  ACCOUNT_UNKNOWN: 404,
  ACCOUNT_EXISTS: 409,
  ACCOUNT_LAST: 409,
  REQUEST_INVALID: 400,
  REPORT_PERIOD_WRONG: 400,
  ACTS_NOT_LINKED: 409,
  FILM_NOT_LINKED: 409,
  PURPOSE_MISSING: 400,
  TRANSCRIPT_ITEM_UNKNOWN: 404,
  SHEET_NOT_WHOLE: 409,
  SHEET_FONT_MISSING: 503,
  PASSWORD_WEAK: 400,
  HTTP_FAILED: 500,
}

/** What the desk and other rooms refuse is the caller's to put right. */
const STATUS_ELSEWHERE = 422

export interface FaultBody {
  readonly code: string
  readonly en: string
  readonly zh: string
}

export const statusOf = (problem: Fault): number => STATUS[problem.code] ?? STATUS_ELSEWHERE

export function bodyOf(problem: Fault): FaultBody {
  const sentence = (language: 'en' | 'zh') => problem.explain(language).slice(problem.code.length + 2)
  return { code: problem.code, en: sentence('en'), zh: sentence('zh') }
}

export function answerFaults(app: App, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = isFault(error) ? error : translated(error, request.url.split('?')[0] ?? '')
    if (problem.code === 'HTTP_FAILED') log.error({ code: problem.code, err: error }, problem.message)
    if ('retrySec' in problem.values) reply.header('retry-after', String(problem.values['retrySec']))
    if (problem.code === 'NOT_LOGGED_IN' || problem.code === 'GRANT_REFUSED')
      reply.header('www-authenticate', 'Bearer')
    const status = isFault(error) ? statusOf(problem) : foreignStatus(error)
    return reply.status(status).send(bodyOf(problem))
  })
  app.setNotFoundHandler((request) => {
    throw fault('NOT_FOUND', { what: request.url.split('?')[0] ?? '' })
  })
}

/** fastify's own refusals (body too large, not JSON …) carry a 4xx status; everything else is our failure. */
function foreignStatus(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500 ? status : 500
}

function translated(error: unknown, route: string): Fault {
  const reason = reasonOf(error)
  return foreignStatus(error) < 500
    ? fault('REQUEST_INVALID', { reason }, error)
    : fault('HTTP_FAILED', { route, reason }, error)
}
