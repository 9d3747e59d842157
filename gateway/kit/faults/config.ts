/** Faults of: config. */
import { entry } from './entry.ts'

export const CONFIG_FAULTS = {
  CONFIG_UNREADABLE: entry(
    [
      'The configuration {file} cannot be read ({reason}).',
      'Nothing starts.',
      'Check the path and its permissions.',
    ],
    ['配置文件 {file} 无法读取（{reason}）。', '不会启动。', '请检查路径和权限。'],
  ),
  CONFIG_INVALID_YAML: entry(
    [
      '{file}, line {line}: this is no YAML ({reason}).',
      'Nothing is taken over.',
      'Mend the line; indentation counts.',
    ],
    ['{file} 第 {line} 行不是合法的 YAML（{reason}）。', '未采用任何内容。', '请修正该行，注意缩进。'],
  ),
  CONFIG_INVALID: entry(
    [
      '{file}, line {line}: {path} is {value}; allowed: {allowed}.',
      'At start a faulty camera is left out and everything else faulty stops the start; a reload is refused whole.',
      'Change the value; docs/config.md lists every option.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值为 {value}；允许：{allowed}。',
      '启动时有误的摄像机被略过，其他错误则不启动；重新加载时整体拒绝。',
      '请修改该值；所有选项见 docs/config.md。',
    ],
  ),
  CONFIG_UNKNOWN_KEY: entry(
    [
      '{file}, line {line}: {path} is no option; allowed here: {allowed}.',
      'Unknown keys are refused, because a misspelt one would be silently without effect.',
      'Correct or remove it.',
    ],
    [
      '{file} 第 {line} 行：{path} 不是有效选项；此处允许：{allowed}。',
      '未知选项一律拒绝，否则拼写错误会悄然失效。',
      '请更正或删除。',
    ],
  ),
  CONFIG_DUPLICATE_ID: entry(
    [
      '{file}, line {line}: {path} is {value}, which is taken already.',
      'The first one counts.',
      'Ids are unique.',
    ],
    ['{file} 第 {line} 行：{path} 的值 {value} 已被占用。', '以先出现者为准。', '编号必须唯一。'],
  ),
  CONFIG_UNKNOWN_ID: entry(
    [
      '{file}, line {line}: {path} names {value}, which does not exist; there are: {allowed}.',
      'A reference into nothing has no effect.',
      'Correct the name.',
    ],
    [
      '{file} 第 {line} 行：{path} 引用了不存在的 {value}；现有：{allowed}。',
      '无效引用不起作用。',
      '请更正名称。',
    ],
  ),
  ZONE_OUTSIDE_PICTURE: entry(
    [
      '{file}, line {line}: {path} is {value}, outside the picture; allowed: {allowed}.',
      'The camera is left out.',
      'Corners are fractions of the picture, not pixels: divide by its width and height.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值 {value} 超出画面；允许：{allowed}。',
      '该摄像机被略过。',
      '顶点为画面比例而非像素：请除以画面宽、高。',
    ],
  ),
  ZONE_CROSSES_ITSELF: entry(
    [
      '{file}, line {line}: the outline {path} crosses itself.',
      'The camera is left out.',
      'List the corners in order around the ground.',
    ],
    ['{file} 第 {line} 行：区域边界 {path} 自相交。', '该摄像机被略过。', '请沿边界依次列出顶点。'],
  ),
  DWELL_BELOW_FLOOR: entry(
    [
      '{file}, line {line}: {path} is {value}; the catalogue allows {allowed} for {rule} ({reason}).',
      'The floor is used instead.',
      'Raise it, or name an approval by two people in `governance.approvals`.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值为 {value}；目录对 {rule} 允许 {allowed}（{reason}）。',
      '改用下限值。',
      '请提高该值，或在 `governance.approvals` 中登记两人签字的批准。',
    ],
  ),
  HOLIDAYS_UNKNOWN: entry(
    [
      'The public holidays of {year} are not in {calendar}, version {version}.',
      'Until they are, weekdays count as working days and no day as a holiday.',
      'Enter the announced days in a copy of config/calendar/cn.yaml and name it in calendar.holidays.',
    ],
    [
      '节假日表 {calendar}（版本 {version}）中没有 {year} 年的放假安排。',
      '在补录之前，周一至周五一律按工作日计，不认任何节假日。',
      '请将公布的放假调休日期录入 config/calendar/cn.yaml 的副本，并在 calendar.holidays 中指明。',
    ],
  ),
  THRESHOLD_BEYOND_BOUNDS: entry(
    [
      '{file}:{line}: {path} = {value}, {allowed} for {rule} in the catalogue; {reason}.',
      'The bound of the catalogue applies.',
      'Keep within it, or name an approval by two people that is not over, with its id in the zone.',
    ],
    [
      '{file}:{line}：{path} = {value}，规则 {rule} 在目录中要求 {allowed}；{reason}。',
      '按目录的限值执行。',
      '请不要突破限值，或在该区域写明由两人批准且未到期的批准编号。',
    ],
  ),
  RULE_SUSPENDED: entry(
    [
      '{file}:{line}: {rule} is suspended in the catalogue, version {version}.',
      'It does not run.',
      'Take it out of the zone, or have the catalogue’s keepers set its status to ACTIVE.',
    ],
    [
      '{file}:{line}：规则 {rule} 在目录中已暂停（版本 {version}）。',
      '该规则不运行。',
      '请从区域中去掉该规则，或由目录管理人员将其状态恢复为 ACTIVE。',
    ],
  ),
  RULE_UNAPPROVED: entry(
    [
      'Entry {rule}, version {version}, of the catalogue was signed by {count} of 2 people.',
      'It runs, because its legal basis is in force.',
      'Enter under approvedBy who approved this version of the entry.',
    ],
    [
      '目录中规则 {rule}（版本 {version}）只有 {count} 人签署，应有 2 人。',
      '因法律依据现行有效，该规则照常运行。',
      '请在 approvedBy 中写明批准该版本的人员。',
    ],
  ),
  EXEMPTION_OVER: entry(
    [
      '{file}:{line}: exemption {exemption} was valid until {until}.',
      'It spares nobody any more; the rules apply.',
      'Take it out, or have it approved anew with another day.',
    ],
    [
      '{file}:{line}：豁免 {exemption} 已于 {until} 到期。',
      '该豁免不再生效，规则照常适用。',
      '请删除该豁免，或重新报批并填写新的截止日期。',
    ],
  ),
  RULE_WITHOUT_BASIS: entry(
    [
      '{file}, line {line}: {path}, {rule}, has no legal basis in force in district {district} on {day}.',
      'The rule does not run there.',
      'Take it out of the zone, or have the basis entered in the rule catalogue.',
    ],
    [
      '{file} 第 {line} 行：{path} 的 {rule} 在辖区 {district} 于 {day} 没有生效的法律依据。',
      '该情形在此不运行。',
      '请从区域中删除，或在规则目录中补录依据。',
    ],
  ),
  RULE_WITHOUT_POINT: entry(
    [
      '{file}, line {line}: {path}, {rule}, but no permitted point lies in this picture.',
      'The rule finds nothing there; the others run.',
      'Enter the permitted point under permits, or take the rule out.',
    ],
    [
      '{file} 第 {line} 行：{path} 的 {rule} 所在画面内没有许可经营点。',
      '该情形在此不会发现任何问题，其余情形照常。',
      '请在 permits 中登记许可经营点，或删除该规则。',
    ],
  ),
  RULE_MISPLACED: entry(
    [
      '{file}, line {line}: {path}, {rule}, cannot be judged in this zone as it is drawn ({reason}).',
      'The rule does not run there; the others do.',
      'Give the zone the type it needs, and for shops a shopfrontLine with the zone on its public side.',
    ],
    [
      '{file} 第 {line} 行：{path} 的 {rule} 无法在该区域判定（{reason}）。',
      '该情形在此不运行，其余情形照常。',
      '请设置所需的区域类型；店外经营还需 shopfrontLine，且区域位于其公共一侧。',
    ],
  ),
  RULE_BLIND: entry(
    [
      'Camera {camera}, zone {zone}: {rule} needs a model that knows {roles}, and none does.',
      'The rule does not run there; the others do.',
      'Give a model whose manifest names classes for these roles, or take the rule out.',
    ],
    [
      '摄像机 {camera} 区域 {zone}：{rule} 需要能识别 {roles} 的模型，目前没有。',
      '该情形在此不运行，其余情形照常。',
      '请使用清单中为这些角色指定了类别的模型，或删除该情形。',
    ],
  ),
  SHOPFRONT_LINE_DEGENERATE: entry(
    [
      '{file}, line {line}: {path} is no line: two of its points lie on each other ({value}).',
      'The camera is left out.',
      'Draw it where the shop meets the ground, from one end to the other.',
    ],
    [
      '{file} 第 {line} 行：{path} 不成线，有两点重合（{value}）。',
      '该摄像机不运行。',
      '请沿店铺与地面相接处从一端画到另一端。',
    ],
  ),
  GROUND_SCALE_DEGENERATE: entry(
    [
      '{file}, line {line}: {path} gives no scale: its places lie in a line, on each other, or fit no flat ground.',
      'The camera is left out: a wrong distance would be worse than none.',
      'Measure four places far apart, no three in a line, or a length; without groundScale distances are unknown.',
    ],
    [
      '{file} 第 {line} 行：{path} 无法确定比例：各点共线、重合或不在同一平面。',
      '该摄像机不运行：错误的距离比没有距离更糟。',
      '请测量四个相距较远且任意三点不共线的点，或一段已知长度；不设 groundScale 时距离为未知。',
    ],
  ),
  BASIS_LEVEL_REFUSED: entry(
    [
      '{file}, line {line}: {path} is {value}; a basis is one of {allowed}.',
      'The catalogue is refused: a document of lower rank is no legal basis.',
      'Name the law, regulation or government rule behind it.',
    ],
    [
      '{file} 第 {line} 行：{path} 的值为 {value}；依据只能是 {allowed}。',
      '目录被拒绝：规章以下文件不能作为依据。',
      '请填写其上位法律、法规或规章。',
    ],
  ),
  SECRET_MISSING: entry(
    [
      '{file}, line {line}: {path} wants the secret {name}, which is not there ({reason}).',
      'What needs it is not started.',
      'Set the environment variable, or put the file in place, readable by the gateway only.',
    ],
    [
      '{file} 第 {line} 行：{path} 需要密钥 {name}，但不存在（{reason}）。',
      '依赖它的部分不会启动。',
      '请设置环境变量，或放置仅网关可读的文件。',
    ],
  ),
}
