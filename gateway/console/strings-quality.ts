/** Words about what a record is worth: its limits, its four properties, their checks. The room of evidence has them all. */
import { type Bilingual, CHECK_WORDS, REASON_WORDS } from '../evidence/quality/words.ts'

const both = (zh: string, en: string) => ({ zh, en })

function listed<List extends string, Word extends string>(
  list: List,
  words: Readonly<Record<Word, Bilingual>>,
) {
  const entries = Object.entries<Bilingual>(words).map(([word, said]) => [`${list}.${word}`, said])
  return Object.fromEntries(entries) as Record<`${List}.${Word}`, Bilingual>
}

export const QUALITY_STRINGS = {
  ...listed('cap', REASON_WORDS),
  ...listed('check', CHECK_WORDS),
  'quality.title': both('四性测量', 'Four properties, measured'),
  'quality.note': both('测量值供审核参考，不作结论。', 'Measured for reviewers; no verdict.'),
  'quality.true': both('真实', 'True'),
  'quality.clear': both('清晰', 'Clear'),
  'quality.complete': both('完整', 'Complete'),
  'quality.accurate': both('准确', 'Accurate'),
  'quality.less': both('{count} 项勉强达标', '{count} met with less than wished'),
  'quality.passed': both('各项达标', 'all checks met'),
  'quality.failed': both('{count} 项未达标', '{count} not met'),
  'quality.unmeasured': both('{count} 项未测量', '{count} not measured'),
  'quality.notMeasured': both('未测量', 'not measured'),
  'quality.score': both('得分 {score}', 'score {score}'),
  'quality.missing': both('缺少', 'Missing'),
  'absence.OUT_OF_RING': both('当时的码流已不在缓存中', 'its packets were no longer held'),
  'absence.NOT_WRITTEN': both('写入失败', 'it could not be written'),
  'absence.NOT_REACHED': both('未等到该时刻', 'its moment did not come'),
  'absence.TORN': both('文件残缺', 'its file is torn'),
  'absence.SOUND_NOT_KEPT': both('录音未保存', 'the sound was not kept'),
  'absence.NOT_HELD': both('未留存', 'it was not kept'),
  'kind.CLIP': both('视频', 'Clip'),
  'kind.PERSUASION_AUDIO': both('劝导录音', 'Sound of the notice'),
  'kind.BODYCAM': both('执法记录', 'Body-cam recording'),
} as const
