"""The reasons that every provider begins with, and an index for each queue of applications."""

from django.db import migrations

RETURN_REASONS = (
    "身份证件照片不清晰或不完整，请重新上传",
    "证件照不符合要求（须为近期免冠、白底、五官清晰），请更换",
    "工作年限证明未盖单位公章，请补盖公章后上传",
    "工作年限证明所写岗位、起止时间与填报不一致，请核对后更正",
    "学历证书或在校证明缺失，请上传毕业证书或学校出具的证明",
    "所持职业资格（技能等级）证书缺失或信息与填报不一致，请核对后更正",
    "职称证书缺失或专业与所报职业不对应，请补充说明材料",
    "所选申报条件与证明材料不对应，请改选申报条件或补充材料",
    "报名表未签字或签字不清，请重新签字后上传",
)

# of a group's members: what they state stands in a roster, and their papers lie with the institution
GROUP_RETURN_REASONS = (
    "证件照不符合要求（须为近期免冠、白底、五官清晰），请更换",
    "姓名与身份证件不一致，请核对证件后更正",
    "性别、出生日期或证件号码与身份证件不一致，请核对证件后更正",
    "从事职业的起止日期或职业编码与工作年限证明不一致，请核对后更正",
    "毕业院校、学校类别、专业对应或毕业状态与学历证书不一致，请核对后更正",
    "持有证书的等级、职业、编号或发证日期与证书不一致，请核对后更正",
    "职称等级、专业对应或取得日期与职称证书不一致，请核对后更正",
    "所选申报条件与所填依据不对应，请改选申报条件或补填依据",
    "请将证明材料原件送交业务受理点核对",
    "报名表未签字或签字不清，请由本人重新签字后送交原件",
)

REJECT_REASONS = (
    "工作年限未达到所报等级的申报条件",
    "所持证书的等级或取得时间未达到所报等级的申报条件",
    "所学专业与所报职业不属于本专业或相关专业",
    "工作岗位与所报职业（工种）不属于同一职业或相关职业",
    "年龄未满 16 周岁",
    "补正后仍未提供所选申报条件要求的证明材料",
)


def begin_with(apps, schema_editor):
    ReviewReason = apps.get_model("registration", "ReviewReason")
    ReviewReason.objects.bulk_create(
        [
            ReviewReason(provider=None, kind=kind, text=text, position=position)
            for kind, texts in (
                ("return", RETURN_REASONS),
                ("return_member", GROUP_RETURN_REASONS),
                ("reject", REJECT_REASONS),
            )
            for position, text in enumerate(texts, start=1)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0011_desk_closures_lifted_and_walk_ins"),
    ]

    operations = [
        migrations.RunPython(begin_with, migrations.RunPython.noop),
    ]
