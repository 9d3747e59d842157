/**
 * What the public may know of the rules: what is watched for, on which basis, how it goes on, where to complain.
 *
 *     catalogue, day, division ─▶ rules that are in force there ─▶ JSON, or a page in Chinese and English
 *
 * Nothing of the inside: no thresholds that could be walked along, no cameras, no scripts, no people. Of a rule without a
 * basis in force nothing is said, because it does not run. [R28, R29, R30]
 */
import { localDay } from '../kit/calendar.ts'
import { basisFor, type LegalBasis, type Place, type RuleCatalogue, type RuleEntry } from './catalogue.ts'

interface Both {
  readonly zh: string
  readonly en: string
}

export interface PublicRule {
  readonly ruleId: string
  readonly name: Both
  readonly gbCode: string
  readonly powerList: { readonly item: string | null; readonly version: string | null }
  readonly nonSite: { readonly eligible: boolean; readonly listVersion: string | null }
  readonly basis: Pick<LegalBasis, 'title' | 'level' | 'article' | 'text' | 'effectiveFrom' | 'source'>
  /** Step by step, from the first notice to the people who decide. */
  readonly procedure: readonly Both[]
  readonly leniency: Both | null
}

export interface PublicRules {
  readonly day: string
  readonly division: string
  readonly catalogue: string
  readonly version: string
  /** The shipped sample is no legal advice, and says so wherever it is shown. */
  readonly sample: boolean
  readonly agency: string | null
  readonly complaintChannel: string | null
  readonly procedure: Both | null
  readonly rules: readonly PublicRule[]
}

export function publicRules(catalogue: RuleCatalogue, place: Place): PublicRules {
  return {
    day: localDay(place.wallMs, place.offsetMinutes),
    division: place.districtCode,
    catalogue: catalogue.catalogue,
    version: catalogue.version,
    sample: catalogue.sample,
    agency: catalogue.agency ?? null,
    complaintChannel: catalogue.complaintChannel ?? null,
    procedure: catalogue.procedure ?? null,
    rules: catalogue.rules.flatMap((entry) => {
      const basis = basisFor(entry, place)
      return basis === null || entry.status === 'SUSPENDED' ? [] : publicRule(entry, basis)
    }),
  }
}

function publicRule(entry: RuleEntry, basis: LegalBasis): PublicRule {
  const { title, level, article, text, effectiveFrom, source } = basis
  return {
    ruleId: entry.ruleId,
    name: { zh: entry.nameZh, en: entry.nameEn },
    gbCode: `${entry.gbMajor}-${entry.gbMinor}`,
    powerList: { item: entry.powerListItemCode ?? null, version: entry.powerListVersion ?? null },
    nonSite: { eligible: entry.nonSiteEligible, listVersion: entry.nonSiteListVersion ?? null },
    basis: { title, level, article, text, effectiveFrom, source },
    procedure: procedureOf(entry),
    leniency: leniencyOf(entry),
  }
}

const CHANNELS: Record<RuleEntry['ladder'][number]['channel'], Both> = {
  SPEAKER: { zh: '现场喊话劝导', en: 'persuasion by loudspeaker' },
  SMS: { zh: '短信提醒', en: 'a text message' },
  CALL: { zh: '电话提醒', en: 'a telephone call' },
  ONSITE: { zh: '人员到场劝导', en: 'persuasion on site' },
}

const PRECONDITIONS: Record<RuleEntry['correctionPrecondition'], Both> = {
  NONE: {
    zh: '是否处罚由执法机关依法决定。',
    en: 'Whether there is a penalty, the agency decides by law.',
  },
  ORDER_THEN_REFUSE: {
    zh: '责令改正后拒不改正的，方可依法处罚。',
    en: 'A penalty is possible only after an order to correct was refused.',
  },
  ORDER_THEN_OVERDUE: {
    zh: '责令限期改正后逾期不改正的，方可依法处罚。',
    en: 'A penalty is possible only after the time of an order to correct has passed.',
  },
  REPEATED_PERSUASION: {
    zh: '经多次劝告仍不改正的，方可依法采取措施。',
    en: 'Measures are possible only after repeated persuasion.',
  },
}

function procedureOf({ ladder, correctionPrecondition }: RuleEntry): Both[] {
  const found = {
    zh: '设备发现疑似情形，由执法人员核实。',
    en: 'The box finds a suspicion; an officer verifies it.',
  }
  const notices = ladder.map(({ channel, correctionMin }) => ({
    zh: `${CHANNELS[channel].zh}，${correctionMin} 分钟内改正的不再处理；到时复查。`,
    en: `${capital(CHANNELS[channel].en)}; ${correctionMin} minutes to correct, then it is looked at again.`,
  }))
  return [found, ...notices, PRECONDITIONS[correctionPrecondition]]
}

function leniencyOf({ leniency: { minorNoPenalty, firstTimeWaiver, listVersion } }: RuleEntry): Both | null {
  if (!minorNoPenalty && !firstTimeWaiver) return null
  const lists = [
    ...(minorNoPenalty ? [{ zh: '轻微不罚清单', en: 'minor acts without penalty' }] : []),
    ...(firstTimeWaiver ? [{ zh: '首违免罚清单', en: 'first-time waivers' }] : []),
  ]
  return {
    zh: `列入${lists.map(({ zh }) => zh).join('、')}（版本 ${listVersion}）。`,
    en: `On the list of ${lists.map(({ en }) => en).join(' and of ')} (version ${listVersion}).`,
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The page, Chinese above English, as plain Markdown. */
export function publicPage(view: PublicRules): string {
  const sample = view.sample
    ? ['> 示例目录，未经审核，不构成法律意见。 / A sample catalogue, not reviewed, no legal advice.', '']
    : []
  const general = [
    ['执法机关 / agency', view.agency],
    ['监督投诉 / complaints', view.complaintChannel],
    ['行政区划 / division', view.division],
    ['目录版本 / catalogue', `${view.catalogue}, ${view.version}`],
    ['日期 / day', view.day],
  ].map(([what, value]) => `- ${what}: ${value ?? '未填写 / not given'}`)
  const procedure = view.procedure === null ? [] : [view.procedure.zh, '', view.procedure.en, '']
  const rules = view.rules.flatMap((rule) => [
    `## ${rule.name.zh} / ${rule.name.en}`,
    '',
    ...ruleLines(rule),
    '',
  ])
  const head = ['# 监看事项公示 / Rules in public', '', ...sample, ...general, '', ...procedure]
  return `${[...head, ...rules].join('\n').trimEnd()}\n`
}

function ruleLines({ gbCode, basis, powerList, nonSite, procedure, leniency }: PublicRule): string[] {
  const list = (version: string | null) => (version === null ? '' : `（${version}）`)
  return [
    `- 类别 / class: ${gbCode}`,
    `- 依据 / basis: 《${basis.title}》（${basis.level}）${basis.article}：${basis.text}`,
    `- 施行 / in force since: ${basis.effectiveFrom}；来源 / source: ${basis.source}`,
    `- 权责清单 / power list: ${powerList.item ?? '—'}${list(powerList.version)}`,
    `- 非现场执法事项 / non-site: ${nonSite.eligible ? '是 / yes' : '否 / no'}${list(nonSite.listVersion)}`,
    ...(leniency === null ? [] : [`- 宽缓 / leniency: ${leniency.zh} ${leniency.en}`]),
    '',
    ...procedure.map(({ zh, en }, at) => `${at + 1}. ${zh} / ${en}`),
  ]
}
