using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Verify.Json;

namespace Assay.Verify.Reports;

/// <summary>A report as text for people and as JSON for programs.</summary>
public static class ReportFormat
{
    /// <summary>The headline, then one line for each axis and for each revocation of the serving key.</summary>
    public static string ToText(this Report report)
    {
        var text = new StringBuilder();
        var receipt = report.Facts is { } facts ? $"receipt {facts.Receipt.RecordId[..8]}…  " : "";
        text.Append(receipt).Append(OneLine(report.Headline));
        text.Append("   policy: ").Append(OneLine(report.PolicyName ?? "none")).Append('\n');
        foreach (var check in report.Checks)
        {
            text.Append(' ').Append(Mark(check.Status)).Append(' ').Append(check.Axis.Token().PadRight(14));
            text.Append(OneLine(check.Detail)).Append('\n');
        }
        foreach (var revoked in report.Revocations)
            text.Append(" ! ").Append("revoked".PadRight(14)).Append(Words(revoked, report.Facts!.Index)).Append('\n');
        return text.ToString();
    }

    /// <summary>One JSON object: <c>headline</c>, <c>accepted</c>, <c>verdict</c>, <c>policy</c>, <c>checks</c>, <c>revocations</c>, <c>receipt</c>.</summary>
    public static byte[] ToJson(this Report report) => StrictJson.Write(report.Write);

    /// <summary>Writes the object of <see cref="ToJson"/> as part of a larger document.</summary>
    public static void Write(this Report report, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembers(report, json);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of <see cref="ToJson"/> into an object that the caller has begun.</summary>
    public static void WriteMembers(this Report report, Utf8JsonWriter json)
    {
        json.WriteString("headline", report.Headline);
        json.WriteBoolean("accepted", report.Accepted);
        json.WriteString("verdict", Token(report.Verdict));
        json.WriteString("policy", report.PolicyName);
        json.WriteStartArray("checks");
        foreach (var check in report.Checks)
        {
            json.WriteStartObject();
            json.WriteString("axis", check.Axis.Token());
            json.WriteString("status", check.Status.Token());
            json.WriteString("reason", check.Reason);
            json.WriteString("detail", check.Detail);
            if (check.Weights is { } weights)
                json.WriteString("weights", weights.Token());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("revocations");
        foreach (var revoked in report.Revocations)
        {
            json.WriteStartObject();
            json.WriteString("action", revoked.Action.ToString().ToLowerInvariant());
            json.WriteNumber("index", revoked.Index);
            if (revoked.From is { } from)
                json.WriteNumber("from", from);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WritePropertyName("receipt");
        if (report.Facts is { } facts)
            WriteFacts(json, facts);
        else
            json.WriteNullValue();
    }

    private static void WriteFacts(Utf8JsonWriter json, ReceiptFacts facts)
    {
        var receipt = facts.Receipt;
        json.WriteStartObject();
        json.WriteString("recordId", receipt.RecordId);
        json.WriteNumber("sequence", receipt.Sequence);
        json.WriteString("origin", facts.Origin);
        json.WriteNumber("index", facts.Index);
        json.WriteNumber("treeSize", facts.TreeSize);
        json.WriteString("keyId", receipt.Issuer.KeyId.ToHex());
        json.WriteString("node", receipt.Issuer.Node);
        json.WriteString("model", $"{receipt.Model.Name}@{receipt.Model.Version}");
        json.WriteString("modelDigest", receipt.Model.Manifest.ToHex());
        json.WriteString("profile", receipt.Execution.Profile);
        json.WriteNumber("inputLength", receipt.Input.Length);
        json.WriteNumber("outputLength", receipt.Output.Length);
        json.WriteString("completedAt", receipt.CompletedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static string Words(Revocation revoked, ulong receipt)
    {
        var what = revoked.From is { } from
            ? $"the serving key is not trusted from index {from} on, says the event at index {revoked.Index}"
            : $"the serving key was retired at index {revoked.Index}";
        return revoked.Index > receipt ? $"{what}, after this receipt" : what;
    }

    private static string Token(Verdict verdict) => verdict == Verdict.NoPolicy ? "no-policy" : verdict.ToString().ToLowerInvariant();

    private static char Mark(AxisStatus status) => status switch
    {
        AxisStatus.Verified => '✓',
        AxisStatus.Refuted => '✗',
        AxisStatus.Unverifiable => '?',
        _ => '–',
    };

    // Names come from whoever wrote the bundle: nothing in them may move a terminal's cursor or turn its writing round.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? '?'
            : c));
}
