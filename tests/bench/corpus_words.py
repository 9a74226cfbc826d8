"""Sentences and words that the simulated corpora are made of, in English and Chinese.

A kind of fact is a block: labels of its section | what the input says of it | what an output says of it,
each with ``;`` between its variants, in braces what is drawn. Lines begin with the fact's name.
"""

from __future__ import annotations

WORDS: dict[str, dict[str, list[str]]] = {
    "en": {
        "who": "Aisha,Bram,Carla,Dmitri,Elin,Farid,Greta,Hugo,Imani,Jonas,Katya,Luis,Meera,Noel,Oksana,"
        "Piotr,Quentin,Rosa,Samir,Tilda,Umar,Vera,Wanda,Xavier,Yusuf,Zelda,Anneke,Boris,Celia,Diego,"
        "Esther,Florian,Gwen,Henrik,Ingrid,Jamal,Kirsten,Lorenzo,Maud,Nadia".split(","),
        "thing": "payroll export,roof repair,visitor app,solar pilot,parking plan,library move,summer course,"
        "water pump,ticket system,recycling scheme,night bus,garden fence,data archive,floor heating,"
        "bike rental,canteen menu,ferry contract,choir tour,alarm panel,training video,loading dock,"
        "museum guide,street survey,door lock,cooling unit,school kitchen,mobile crane,fire drill,"
        "membership form,sound system,tram shelter,exhibition stand,storage shed,swimming lesson,"
        "wind sensor,bakery oven,ski lift,book fair,pilot study,harbour light".split(","),
        "place": "Lund,Porto,Graz,Galway,Ghent,Tartu,Split,Leeds,Basel,Turku,the north hall,room 12,"
        "the old depot,building C,the harbour office,the second floor,the annex,the east gate".split(","),
        "unit": "euros,dollars,kilos,tonnes,litres,hours,days,metres,pounds,weeks".split(","),
        "month": "January,February,March,April,May,June,July,August,September,October,November".split(","),
        "adjective": "narrow,late,costly,noisy,fragile,popular,crowded,steep,outdated,cold".split(","),
        "topic": "the neighbours,the older members,the suppliers,the night shift,new staff,the insurers,"
        "the council,the volunteers,the parents,our drivers".split(","),
    },
    "zh": {
        "who": "林晓,周航,陈默,孙倩,吴迪,郑洁,何苗,高远,罗宁,梁博,宋佳,唐宇,许静,邓超群,冯岚,曹毅,"
        "彭雪,曾凡,萧然,田甜,董力,袁圆,潘越,于露,蒋帆,蔡琳,余波,杜鹃,叶青,程浩".split(","),
        "thing": "工资导出,屋顶维修,访客小程序,光伏试点,停车方案,图书馆搬迁,暑期课程,水泵,售票系统,"
        "垃圾分类,夜班车,围栏,数据归档,地暖,单车租赁,食堂菜单,渡轮合同,合唱团巡演,报警器,培训视频,"
        "装卸平台,展览导览,街道调查,门锁,冷却机,校园厨房,吊车,消防演练,会员表格,音响".split(","),
        "place": "苏州,厦门,北厅,三号会议室,老仓库,C栋,港口办公室,二楼,东门,长沙,西安,副楼".split(","),
        "unit": "元,美元,公斤,吨,升,小时,天,米,周,斤".split(","),
        "month": "1月,2月,3月,4月,5月,6月,7月,8月,9月,10月,11月".split(","),
        "adjective": "太窄,太晚,太贵,太吵,易碎,很受欢迎,拥挤,太陡,过时,太冷".split(","),
        "topic": "邻居,老会员,供应商,夜班同事,新员工,保险公司,居委会,志愿者,家长,司机".split(","),
    },
}

FORMS: dict[str, dict[str, str]] = {
    "meeting": {
        "en": """\
decision|Decisions;What was decided;Outcome|{who}: So we will go with the {thing}, is everybody fine with \
that?;{who}: Let us take the {thing} then.|The group will take the {thing}, as {who} proposed.;{who}'s idea, \
the {thing}, was accepted.
cost|Budget;Money;Costs|{who}: I checked again, the {thing} comes to {sum}.;{who}: For the {thing} they want \
{sum}.|The {thing} is at {sum}.;{sum} are planned for the {thing}.
task|Next steps;Action items;To do|{who}: I can look after the {thing} until {day}.;{who}: Give me \
until {day} \
for the {thing}.|{who} will deliver the {thing} by {day}.;The {thing} is with {who}, due {day}.
risk|Risks;Concerns;Worries|{who}: What worries me is the {thing}, it is {adjective} for \
{topic}.;{who}: {topic} \
find the {thing} {adjective}.|The {thing} is {adjective} for {topic}.;{who} sees that the {thing} was \
{adjective}.
question|Open questions;Unresolved;Still open|{who}: Does anybody know whether the {thing} is allowed in \
{place}?;{who}: And who pays for the {thing} in {place}?|Whether the {thing} can be used in {place} is \
open.;{who} will ask about the {thing} in {place}.
next|Next meeting;When we meet again;Follow-up date|{who}: Next time on {day} in {place}.;{who}: We meet on \
{day}, {place} is booked.|The next meeting is on {day} in {place}.;We will meet on {day}, {place}.""",
        "zh": """\
decision|决定;结论;会议决议|{who}：那就定{thing}，大家没意见吧？;{who}：我们就做{thing}。|会议决定采用{w\
ho}提出的{thing}。;\
{who}的{thing}方案已通过。
cost|预算;费用;花费|{who}：我又核了一遍，{thing}要{sum}。;{who}：{thing}他们报价{sum}。|{thing}需要{sum}\
。;{thing}计划为{sum}。
task|下一步;待办事项;行动项|{who}：{thing}我来弄，{day}前给。;{who}：{day}前我交{thing}。|{who}会在{day}\
前完成{thing}。;{thing}由{who}负责，\
{day}到期。
risk|风险;顾虑;担心的问题|{who}：我担心{thing}对{topic}来说{adjective}。;{who}：{topic}都说{thing}{adjec\
tive}。|{thing}对{topic}来说\
{adjective}。;{who}认为{thing}{adjective}。
question|未决问题;待确认;悬而未决|{who}：{place}到底能不能用{thing}？;{who}：{place}的{thing}谁出钱？|{t\
hing}是否可以用在{place}还没有定。;\
{who}会去问{place}的{thing}。
next|下次会议;下次时间;再次碰头|{who}：下次{day}，在{place}。;{who}：{day}再碰，{place}订好了。|下次会议\
{day}在{place}。;会在{day}于{place}再开会。""",
    },
    "incident": {
        "en": """\
event|What happened;Summary;Event|On {day} {who} noticed that the {thing} in {place} had stopped.;At noon on \
{day} the {thing} failed, {who} was there.|The {thing} in {place} was down on {day}.;On {day} {who} \
found the \
{thing} stopped.
impact|Impact;Who was affected;Consequences|For {sum} nothing could be done for {topic}.;{topic} lost {sum}, \
they told us.|It has cost {topic} {sum}.;{topic} were without service, {sum} in all.
cause|Cause;Root cause;Why it happened|{who} says the {thing} was {adjective} from the start.;It turned \
out that \
the {thing} had been {adjective}.|The {thing} was {adjective}.;According to {who} the {thing} was the reason.
repair|What was done;Repair;Measures|{who} swapped the {thing} on {day}.;The {thing} was taken out on \
{day} by \
{who}.|{who} has replaced the {thing} on {day}.;The {thing} was changed on {day}.
prevent|Prevention;So it does not happen again;Follow-up|From now on {who} checks the {thing} every \
{sum}.;{who} \
promised to watch the {thing} in {place}.|{who} will check the {thing} in {place}.;The {thing} is to be \
checked \
by {who}.
contact|Contact;Who to ask;Responsible|Whoever has questions asks {who} in {place}.;Ask {who}, \
reachable until \
{day}.|{who} is the contact in {place}.;{who} can be asked until {day}.""",
        "zh": """\
event|事件经过;概述;发生了什么|{day}，{who}发现{place}的{thing}停了。;{day}中午{thing}出了故障，{who}在\
场。|{day}{place}的{thing}已停用。;\
{who}在{day}发现{thing}停了。
impact|影响;影响范围;后果|{topic}有{sum}什么都做不了。;{topic}说损失了{sum}。|{topic}损失了{sum}。;影响\
到{topic}，共{sum}。
cause|原因;根本原因;起因|{who}说{thing}一开始就{adjective}。;后来发现{thing}{adjective}。|{thing}{adject\
ive}。;据{who}说，问题在{thing}。
repair|处理措施;维修情况;已采取的措施|{who}在{day}换了{thing}。;{day}，{who}拆下了{thing}。|{who}已在{da\
y}更换{thing}。;{thing}已于{day}更换。
prevent|预防;后续改进;防止再次发生|以后{who}每{sum}检查一次{thing}。;{who}答应盯住{place}的{thing}。|{wh\
o}会检查{place}的{thing}。;{thing}需要由{who}检查。
contact|联系人;咨询谁;负责人|有问题找{place}的{who}。;找{who}，{day}前都在。|联系人是{place}的{who}。;{d\
ay}前可以问{who}。""",
    },
}

ANSWERS: dict[str, dict[str, str]] = {
    "support": {
        "en": """\
order||My order of {day} was a {thing}, and it went to {place}.;I bought a {thing} on {day}, sent to \
{place}.|Your {thing} was ordered on {day} and sent to {place}.;We can see the {thing} from {day}.
price||I was charged {sum} for it.;The bill says {sum}.|You were charged {sum}.;The amount on the bill \
is {sum}.
fault||It is {adjective}, and {topic} complain about it daily. I tried it twice, in {place} too. Each \
time the \
same.;What bothers {topic} most is that it is {adjective}. We had it looked at in {place}, they said it \
is not \
normal.|That {topic} find it {adjective} is not what you paid for.;That it is {adjective} for {topic} is \
something \
our workshop will look at.
agent||I wrote to {who} already.;{who} from your side called me.|{who} will stay in charge of your case.;My \
colleague {who} has told me about it.
refund||Rule: refund within {sum} of purchase, but the parts must be complete. Ask for a photo of the label. \
The parcel is free of charge.;Rule: {sum} at most are paid back, by bank transfer. It takes until \
{day}. No cash \
is paid out.|You will get up to {sum} back.;The refund is possible, within the limit of {sum}.
date||I need it solved before {day}.;On {day} I leave for a month.|You will hear from us before \
{day}.;It can be \
done by {day}.""",
        "zh": """\
order||我{day}订的是{thing}，寄到{place}。;{day}买了{thing}，收货地是{place}。|您{day}订购的{thing}已寄\
往{place}。;我们查到了您{day}的{thing}订单。
price||扣了我{sum}。;账单上写的是{sum}。|您已支付{sum}。;账单金额是{sum}。
fault||它{adjective}，{topic}天天抱怨。我试过两次，在{place}也一样，每次都不行。;{topic}最受不了的是它{a\
djective}。在{place}请人看过，说不正常。|\
让{topic}觉得{adjective}，确实不应该。;对{topic}来说{adjective}，维修部会检查。
agent||我已经写信给{who}了。;你们的{who}打过电话。|{who}会继续负责您的问题。;同事{who}已经告诉我情况。
refund||规定：购买后{sum}内可退，配件要齐全，要标签照片，运费我们承担。;规定：最多退{sum}，只走银行转账\
，{day}前到账，不付现金。|您可以退{sum}以内的金额。;\
可以退款，上限是{sum}。
date||{day}前要解决。;{day}我要出门一个月。|我们会在{day}前回复您。;{day}前可以处理好。""",
    },
    "article": {
        "en": """\
plan||The council of {place} has agreed to a {thing}.;In {place} a {thing} is to be built.|{place} will \
get a \
{thing}.;A {thing} is planned in {place}.
money||The project is worth {sum}, the paper says.;{sum} have been set aside.|It is worth {sum}.;{sum} \
were set \
aside for it.
voice||{who}, who speaks for {topic}, called it {adjective}. At a meeting in {place} there was loud \
applause for \
that. Others left early. A petition is on its way.;For {topic} the idea is {adjective}, said {who}. \
Letters came \
in for weeks, and the mayor read some aloud. It did not calm anybody.|{who} said that it is {adjective} for \
{topic}.;{topic} find it {adjective}, as {who} said.
start||Work begins on {day}.;The first stone is laid on {day}.|Work will begin on {day}.;It is to start \
on {day}.
history||An earlier {thing} was given up after {sum}. Nobody had asked {topic}. The ruin still stands in \
{place}.;Years ago a {thing} failed there. {who} remembers it well, with debts of {sum}. The town paid until \
{day}.|An earlier {thing} was given up.;Years ago a {thing} has failed, with a loss of {sum}.
next||{who} hands in the papers by {day}.;The court decides on {day}, says {who}.|{who} will hand in \
the papers by \
{day}.;The court will decide on {day}.""",
        "zh": """\
plan||{place}已经同意建{thing}。;{place}要上{thing}。|{place}会有{thing}。;{thing}计划建在{place}。
money||报道说项目值{sum}。;已拨出{sum}。|项目需要{sum}。;已为此拨出{sum}。
voice||代表{topic}的{who}说它{adjective}。在{place}的会上掌声很响，有人提前走了，请愿书也在路上。;{who}\
说，对{topic}来说{adjective}。几个星期里来信不断，\
负责人念了几封，谁也没有平静下来。|{who}认为对{topic}来说{adjective}。;{topic}觉得{adjective}，{who}说。
start||{day}开工。;第一块砖{day}放下。|会在{day}开工。;计划{day}开始。
history||以前的{thing}花了{sum}就停了，没人问过{topic}，旧址还在{place}。;多年前{thing}失败过，{who}记得\
很清楚，欠了{sum}，一直还到{day}。|以前的{thing}已\
停止。;多年前{thing}失败，损失{sum}。
next||{who}{day}前交材料。;{who}说法院{day}判。|{who}会在{day}前交材料。;法院会在{day}作出决定。""",
    },
}

MANNERS: dict[str, dict[str, list[str]]] = {
    "en": {
        "lead": ["", "", "", "As far as the text goes, ", "In short, ", "To sum up, ", "As stated, "],
        "filler": [
            "This was talked about for some time.",
            "More detail is in the full record.",
            "The people involved were asked about it beforehand.",
            "It came up twice in the course of the day.",
            "Everything else stays as it is.",
            "The point is known to all who took part.",
            "There is a longer version of this in the files.",
            "It was the first time that this was raised.",
            "Nothing else was added to this point.",
            "The numbers were read out aloud.",
        ],
        "greeting": ["Dear {who},", "Hello {who},", "Good morning {who},", "Hi {who}!"],
        "thanks": [
            "Thank you for writing to us.",
            "We appreciate that you took the time.",
            "Please accept our apologies for the trouble.",
            "Thanks for the message, we are glad to help.",
        ],
        "next": [
            "Please send us the number on the label so that we can go on.",
            "Next, please reply with a photo and we will take it from there.",
            "To go on, just answer this message with your address.",
            "As a next step, please call the desk and give this reference.",
        ],
        "close": ["Kind regards,\nThe team", "Best wishes,\nCustomer desk", "Yours,\nThe service desk"],
        "placeholder": [
            "N/A",
            "None mentioned.",
            "None",
            "-",
            "Not specified.",
            "Not available in the source.",
            "TBD",
            "No information provided.",
            "n.a.",
            "Nothing noted at this time.",
            "",
            "None reported",
        ],
        "concession": [
            "However, it is hard to say how long that lasts.",
            "Unfortunately, not all of it can be done.",
            "It should be noted, however, that opinions differ.",
            "That said, there are limits to this.",
            "Although this is unfortunate, it is the usual way.",
        ],
        "hedge": [
            "It might perhaps be the case that this applies.",
            "We are not entirely sure, but it could possibly work.",
            "Probably this is right, though it may also be otherwise.",
            "I think it possibly depends.",
        ],
        "rude": [
            "You should have read the instructions first.",
            "Frankly, we have better things to do.",
            "As anybody can see, this is obvious.",
            "Do not bother us with this again.",
            "That is your problem and not ours.",
        ],
        "blame": ["the customer", "the user", "the resident", "the visitor", "the tenant"],
        "mistake": ["a mistake", "careless handling", "negligence", "an error", "misuse"],
        "blaming": [
            "This comes from {mistake} by {blame}.",
            "It was {mistake} on the part of {blame}.",
            "Apparently {blame} made it happen through {mistake}.",
        ],
        "apart": [
            "We have written to {blame} about the dates.",
            "Such {mistake} is looked into as a matter of course.",
            "A copy goes to {blame}.",
            "Every {mistake} of this kind is put on record.",
        ],
    },
    "zh": {
        "lead": ["", "", "", "据原文，", "简单说，", "总之，", "如上所述，"],
        "filler": [
            "这一点谈了一阵子。",
            "更多细节在完整记录里。",
            "相关的人事先都问过。",
            "当天提到过两次。",
            "其他保持不变。",
            "参加的人都知道这一点。",
            "文件里有更长的版本。",
            "这是第一次提出来。",
            "没有其他补充。",
            "数字当场念过。",
        ],
        "greeting": ["{who}您好：", "尊敬的{who}：", "{who}，早上好！", "亲爱的{who}："],
        "thanks": [
            "感谢您的来信。",
            "谢谢您抽时间告诉我们。",
            "给您添麻烦了，非常抱歉。",
            "收到您的消息，很高兴为您服务。",
        ],
        "next": [
            "请把标签上的编号发给我们，好继续处理。",
            "下一步请回复一张照片，其余由我们来办。",
            "请直接回复您的地址，我们马上安排。",
            "接下来请致电服务台并报上编号。",
        ],
        "close": ["此致\n客服组", "祝好\n服务台", "祝生活愉快\n客服部"],
        "placeholder": [
            "暂无",
            "无",
            "未提及",
            "-",
            "N/A",
            "没有相关信息。",
            "待定",
            "原文未说明",
            "不详",
            "",
            "暂无内容",
            "未填写",
        ],
        "concession": [
            "然而，很难说能持续多久。",
            "很遗憾，不是全部都能做到。",
            "不过，意见并不一致。",
            "但是这有局限。",
            "虽然遗憾，但一般如此。",
        ],
        "hedge": [
            "也许可能是这样。",
            "我们不太确定，或许可以。",
            "大概是对的，也可能不是。",
            "我觉得说不定要看情况。",
        ],
        "rude": [
            "您应该先看说明书。",
            "说实话，我们还有更重要的事。",
            "这谁都看得出来。",
            "别再为这个来问了。",
            "这是您自己的问题。",
        ],
        "blame": ["客户", "用户", "住户", "访客", "租客"],
        "mistake": ["失误", "操作不当", "疏忽", "错误", "使用不当"],
        "blaming": [
            "这是{blame}的{mistake}造成的。",
            "原因在于{blame}自己{mistake}。",
            "显然是{blame}{mistake}才会这样。",
        ],
        "apart": [
            "日期已通知{blame}。",
            "这类{mistake}按惯例会调查。",
            "另抄送{blame}。",
            "每一次{mistake}都有记录。",
        ],
    },
}
