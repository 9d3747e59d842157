/** Faults of: persuasion. */
import { entry } from './entry.ts'

export const PERSUASION_FAULTS = {
  SPEAKER_FAILED: entry(
    [
      'The speaker {speaker} did not play the notice ({reason}).',
      'The notice is recorded as failed; where the policy speaks by itself it is tried again.',
      'Check power, network and `devices.speakers` of it.',
    ],
    [
      '喊话设备 {speaker} 未播放劝导语（{reason}）。',
      '该次劝导记录为失败；由策略自动发起的会再次尝试。',
      '请检查该设备的电源、网络和 `devices.speakers` 配置。',
    ],
  ),
  NOTICE_FAILED: entry(
    [
      'The {channel} notice was not taken after {attempts} attempt(s) ({reason}).',
      'The notice is recorded as failed.',
      'Check the webhook in `devices.notices` and whoever runs it.',
    ],
    [
      '{channel} 通知尝试 {attempts} 次后仍未被接收（{reason}）。',
      '该次劝导记录为失败。',
      '请检查 `devices.notices` 中的接口地址及其服务方。',
    ],
  ),
  VOICE_MISSING: entry(
    [
      'Nobody can speak {script}: {program} does not run ({reason}) and there is no recording of it.',
      'Nothing is played; the notice is recorded as failed.',
      'Install espeak-ng (`node devices/box/setup.mjs --with espeak-ng`) or put recordings into `devices.voice.recordings`.',
    ],
    [
      '无法播报 {script}：{program} 不能运行（{reason}），也没有相应录音。',
      '未播放任何内容，该次劝导记录为失败。',
      '请安装 espeak-ng（`node devices/box/setup.mjs --with espeak-ng`），或在 `devices.voice.recordings` 中放入录音。',
    ],
  ),
  SCRIPT_UNKNOWN: entry(
    [
      'The script library has no script {script}; it has {known}.',
      'Nothing is said.',
      'Add the script, or name one of the library in the ladder of the rule.',
    ],
    [
      '劝导语库中没有 {script}；现有 {known}。',
      '未播放任何内容。',
      '请补充该劝导语，或在规则的劝导阶梯中改用库内已有的劝导语。',
    ],
  ),
  SCRIPT_FORBIDDEN: entry(
    [
      '{file}:{line} {path}: the text contains words that are never said in the street: {value}.',
      'The library is refused as a whole.',
      'Word it politely; the list stands under `forbidden` in the same file.',
    ],
    [
      '{file}:{line} {path}：文本含有执法忌语：{value}。',
      '整个劝导语库不予采用。',
      '请改用文明用语；忌语清单见同一文件的 `forbidden`。',
    ],
  ),
  TEXT_FORBIDDEN: entry(
    [
      'The text contains words that are never said in the street: {phrases}.',
      'Nothing is said.',
      'Word it politely, name nobody, and leave orders to certified officers.',
    ],
    [
      '文本含有执法忌语：{phrases}。',
      '未播放任何内容。',
      '请使用文明用语，不点名、不羞辱；责令须由持证执法人员作出。',
    ],
  ),
  PERSUASION_REFUSED: entry(
    ['No notice about alert {event}: {reason}.', 'Nothing is said.', 'See the history of the alert.'],
    ['告警 {event} 不能劝导：{reason}。', '未播放任何内容。', '请查看该告警的经过。'],
  ),
  RECHECK_REFUSED: entry(
    [
      'Alert {event} cannot be looked at again: {reason}.',
      'Nothing changes.',
      'See the history of the alert.',
    ],
    ['告警 {event} 不能复查：{reason}。', '状态不变。', '请查看该告警的经过。'],
  ),
  RECHECK_WITHOUT_PICTURE: entry(
    [
      'The act of alert {event} is over, but no picture shows it ({reason}).',
      'The alert stays in re-check; a person may close it with a picture.',
      'Look at the camera and at the evidence of the alert.',
    ],
    [
      '告警 {event} 的行为已结束，但没有整改后画面可以证明（{reason}）。',
      '该告警保持复查中，可由人员补充画面后办结。',
      '请查看该点位和该告警的证据。',
    ],
  ),
}
