/** The words of the accuracy page, in two languages. */
import type { Figures } from '../../gateway/cli/eval.ts'
import { CONDITION_NAMES, type ConditionName, conditionOf } from '../../simulators/street/conditions.ts'
import { aboutStory, STORY_NAMES, type StoryName } from '../../simulators/street/test-street.ts'

export type Language = 'en' | 'zh'

/** What `npm run bench:street` leaves. */
export interface Report {
  readonly set: string
  readonly scenes: number
  readonly rate: number
  readonly model: string
  readonly machine: string
  readonly cpuSec: number
  readonly figures: Figures
}

const STORIES_ZH: Record<StoryName, string> = {
  handcart: '推手推车、支桌撑伞的摊贩',
  tricycle: '用三轮车售货的摊贩',
  cloth: '铺布席地的摊贩',
  rail: '推衣架卖衣服的摊贩',
  'goods-left': '物品放下后无人看管',
  'goods-twice': '物品放下、取走、又放下另一批',
  deserted: '摊贩离开，货物全部留下',
  bicycle: '停放一辆自行车或电动车',
  bicycles: '三辆两轮车一起停放',
  'car-pavement': '汽车停上人行道',
  'car-lane': '汽车停在消防通道',
  'road-stall': '车行道上的摊位',
  shopfront: '商店把货物摆到门外',
  grill: '冒烟的烧烤架',
  scrap: '过磅收废品',
  passers: '行人车辆经过',
  'short-stops': '两人带箱子短暂停留',
  'moving-vendor': '摊贩推车走过，停几秒',
  courier: '外卖员送货',
  breakfast: '许可内的早餐车',
  'bus-queue': '公交站排队',
  waiting: '有人等候一分钟',
  works: '开始前就在的施工围挡',
  'red-light': '汽车等红灯，一辆短停',
  unloading: '装卸区卸货',
  'there-before': '开始前就停着的车和盆栽',
  talk: '两人交谈片刻',
}

const CONDITIONS_ZH: Record<ConditionName, string> = {
  day: '晴天',
  dusk: '黄昏，路灯亮起',
  night: '夜间，灯箱变换',
  rain: '雨天',
  rainnight: '雨夜',
  drift: '光照漂移 30 %',
  cloud: '云遮住三分之一的光',
  edge: '云影边缘掠过',
  wind: '风吹树影',
  shake: '摄像机抖动',
  crowd: '人流密集',
  hidden: '路边广告牌遮挡',
  sidelight: '低角度侧光',
  high: '高位俯视',
  low: '低位平视',
}

export const RULES_ZH: Readonly<Record<string, string>> = {
  'street-vending': '无照经营游商',
  piling: '乱堆物堆料',
  'bicycle-occupation': '非机动车乱停放',
  'vehicle-occupation': '机动车占道',
  'road-occupation': '占道经营',
  'beyond-shopfront': '店外经营',
  barbecue: '露天烧烤',
  'scrap-buying': '占道废品收购',
}

export function storyWords(story: string, language: Language): string {
  const known = STORY_NAMES.find((name) => name === story)
  if (known === undefined) return story
  return language === 'zh' ? STORIES_ZH[known] : aboutStory(known)
}

export function conditionWords(condition: string, language: Language): string {
  const known = CONDITION_NAMES.find((name) => name === condition)
  if (known === undefined) return condition
  return language === 'zh' ? CONDITIONS_ZH[known] : conditionOf(known).about
}

export function ruleWords(rule: string, language: Language): string {
  return language === 'zh' ? `${RULES_ZH[rule] ?? rule} \`${rule}\`` : `\`${rule}\``
}

export const TEXT = {
  en: {
    title: 'Accuracy on the test street',
    made: ({ scenes, rate, model, machine, cpuSec }: Report) =>
      `${scenes} drawn scenes of 70 to 150 seconds, 640×360 at 8 pictures a second, over every rule and the harmless things that resemble them; no network learnt from them and no threshold was fitted to them, some were looked at while rules were changed. Looked at ${rate} times a second, model: ${model}. An event is right when rule and zone agree and the time intervals overlap by half of their union; times are medians, in brackets the 95th percentile. All dwells are 20 s. ${machine}; ${cpuSec} CPU seconds in all. Drawn scenes show where rules and times go wrong; they do not say how often a network fails on a street of yours: measure there with \`lushao eval\`.`,
    startPlot: 'start error of each event by rule: dots, and the median in red',
    conditionsPlot: 'recall and false events by condition',
    aims: 'Aims',
    aim: 'aim',
    wanted: 'wanted',
    reached: 'reached',
    lowestPrecision: 'precision of the rule that has the lowest',
    lowestRecall: 'recall of the rule that has the lowest',
    harmlessAlarms: (scenes: number) => `false events in ${scenes} harmless scenes`,
    startMedian: 'start error, median',
    endMedian: 'end error, median',
    splitsMerges: 'acts told as two, or two as one',
    perRule: 'By rule',
    perCondition: 'By condition',
    perStory: 'By story',
    falseDuring: 'False events, by what was going on',
    noFalse: 'None.',
    samples: 'Samples',
    legend: 'Blue: zones. White, dashed: the act as it was drawn. Red: what was told.',
    elsewhere: 'Photographs and real clips',
    elsewhereAbout:
      'Scenes pasted together from photographs, and clips of real streets: figures only, the pictures belong to others.',
    again: 'Measure it again',
    columns: [
      'right',
      'false',
      'missed',
      'precision',
      'recall',
      'F1',
      'start error s',
      'end error s',
      'splits',
      'merges',
    ],
    rule: 'rule',
    condition: 'condition',
    story: 'story',
    set: 'set',
    all: 'all',
    during: 'during',
    count: 'events',
    photo: 'photographs',
    clips: 'clips',
    open: 'not ended',
    quiet: 'Nothing was told, and rightly.',
    told: (rule: string, start: string, end: string) => `Told as ${rule}: start ${start}, end ${end}.`,
    missed: (rule: string, from: number, to: number | null) =>
      `Missed: ${rule} from ${from} s to ${to ?? 'the end'} s.`,
    imagined: (rule: string, from: number, during: string) =>
      `Told as ${rule} from ${from.toFixed(1)} s on, while: ${during}.`,
  },
  zh: {
    title: '测试街道上的准确度',
    made: ({ scenes, rate, model, machine, cpuSec }: Report) =>
      `${scenes} 个绘制场景，每个 70 至 150 秒，640×360，每秒 8 帧，覆盖全部规则及易混淆的无害情形；未用于训练，阈值未据此拟合，改规则时看过其中一部分。每秒查看 ${rate} 次，模型：${model}。规则与区域一致、时间区间交并比不低于 0.5 计为正确；时间误差为中位数，括号内为第 95 百分位。停留时间一律 20 秒。${machine}；共用 ${cpuSec} CPU 秒。绘制场景用来查找规则与计时的错误，不代表在实际街道上的准确度：请用 \`lushao eval\` 在现场测量。`,
    startPlot: '各规则开始时间误差，红线为中位数',
    conditionsPlot: '各条件下的召回率与误报',
    aims: '目标',
    aim: '目标',
    wanted: '要求',
    reached: '达到',
    lowestPrecision: '精确率最低的规则',
    lowestRecall: '召回率最低的规则',
    harmlessAlarms: (scenes: number) => `${scenes} 个无害场景中的误报`,
    startMedian: '开始误差中位数',
    endMedian: '结束误差中位数',
    splitsMerges: '一事报成两事，或两事报成一事',
    perRule: '按规则',
    perCondition: '按条件',
    perStory: '按情节',
    falseDuring: '误报时正在发生什么',
    noFalse: '无。',
    samples: '示例',
    legend: '蓝线：区域。白色虚线：实际行为。红框：系统报告。',
    elsewhere: '照片合成与真实片段',
    elsewhereAbout: '用照片拼接的场景和真实街道片段：只列数字，图像属他人所有。',
    again: '重新测量',
    columns: ['正确', '误报', '漏报', '精确率', '召回率', 'F1', '开始误差 s', '结束误差 s', '拆分', '合并'],
    rule: '规则',
    condition: '条件',
    story: '情节',
    set: '集合',
    all: '合计',
    during: '当时',
    count: '事件数',
    photo: '照片',
    clips: '片段',
    open: '未结束',
    quiet: '没有报告，正确。',
    told: (rule: string, start: string, end: string) => `报告为${rule}：开始 ${start}，结束 ${end}。`,
    missed: (rule: string, from: number, to: number | null) =>
      `漏报：${rule}，${from} 秒至 ${to ?? '片尾'} 秒。`,
    imagined: (rule: string, from: number, during: string) =>
      `自 ${from.toFixed(1)} 秒起误报为${rule}，当时：${during}。`,
  },
} as const
