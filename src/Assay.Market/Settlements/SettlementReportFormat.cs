using System.Text;
using System.Text.Json;
using Assay.Reliability.Passports;
using Assay.Verify.Json;

namespace Assay.Market.Settlements;

/// <summary>A report for programs and for people.</summary>
public static class SettlementReportFormat
{
    // Of a text: whoever wants all asks for JSON.
    private const int MostShown = 20;

    /// <summary>Its members, into an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, SettlementReport report)
    {
        json.WriteString("status", report.Status.ToString().ToLowerInvariant());
        json.WriteString("verdict", report.Verdict);
        json.WriteString("problem", report.Problem);
        json.WriteString("trustedBy", report.Policy);
        if (report.File is { } file)
        {
            json.WriteNumber("policy", file.Header.Number);
            json.WriteString("market", file.Passport.Folder);
            json.WriteString("account", file.Passport.Account.Digest().ToHex());
            SettlementHeader.WritePlace(json, "opened", file.Header.Opened);
            SettlementHeader.WritePlace(json, "settled", file.Header.Settled);
            json.WriteNumber("payout", file.Header.Figures.Payout);
            json.WriteStartObject("says");
            SettlementHeader.WriteMembers(json, file.Header.Figures);
            json.WriteEndObject();
        }
        if (report.Recomputed is { } recomputed)
        {
            json.WriteStartObject("recomputed");
            SettlementHeader.WriteMembers(json, recomputed);
            json.WriteEndObject();
        }
        else
            json.WriteNull("recomputed");
        json.WriteStartArray("differences");
        foreach (var (where, detail) in report.Differences)
        {
            json.WriteStartObject();
            json.WriteString("where", where);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (report.Completeness is { } completeness)
        {
            json.WriteStartObject("completeness");
            json.WriteString("journal", completeness.Whole ? "whole" : "part");
            json.WriteNumber("entriesLeftOut", completeness.LeftOut);
            json.WriteNumber("stepsWithoutLook", completeness.StepsWithoutLook);
            json.WriteEndObject();
        }
        else
            json.WriteNull("completeness");
        json.WriteStartArray("evidence");
        foreach (var epoch in report.Evidence)
            Write(json, epoch);
        json.WriteEndArray();
        if (report.Passport is not { } passport)
            return;
        json.WriteStartObject("passport");
        PassportReportFormat.WriteMembers(json, passport);
        json.WriteEndObject();
    }

    public static string ToText(SettlementReport report)
    {
        var text = new StringBuilder($"{report.Status.ToString().ToUpperInvariant()} · {report.Verdict}");
        if (report.File is { } file)
            text.Append($" · cover {file.Header.Number} of {Shown(file.Passport.Folder)}, on {Shown(file.Passport.Account.Service)}");
        text.Append('\n');
        if (report.Problem is not null)
            text.Append($"  {report.Problem}\n");
        foreach (var (where, detail) in report.Differences)
            text.Append($"  DIFFERS {where}: {detail}\n");
        if (report.Recomputed is { } figures)
            Append(text, figures);
        if (report.Completeness is { } c)
        {
            text.Append(c.Whole ? "  journal: whole, folded from its beginning\n"
                : $"  journal: a part, {c.LeftOut} entries left out: whether the purchase was allowed, who was paid and whether newer terms were in force is not shown\n");
            text.Append(c.StepsWithoutLook == 0 ? "  looks: every step of the account\n"
                : $"  looks: {c.StepsWithoutLook} steps of the account have none that is shown{(c.Whole ? ": the market did not look at them" : "")}\n");
        }
        foreach (var epoch in report.Evidence)
            Append(text, epoch);
        if (report.Passport is { } passport)
            text.Append($"  passport: {passport.Verdict}, {passport.Logs.Length} logs{(passport.Policy is null ? "" : $", policy {Shown(passport.Policy)}")}\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, SettlementFigures figures)
    {
        var w = figures.Window;
        text.Append($"  window: {w.Records} records in {w.Epochs} epochs: {w.Passes} passes, {w.Failures} failures, {w.Undecided} undecided, {w.Neither} neither\n");
        text.Append(figures.PremiumBack ? "  nothing was judged: the premium goes back\n"
            : $"  {figures.Rate / 10_000}.{figures.Rate % 10_000:D4} % of those judged failed; {(figures.Triggered ? "it triggers" : "it does not trigger")}: payout {figures.Payout} units\n");
        foreach (var (holder, units) in (figures.Paid ?? []).Take(MostShown))
            text.Append($"    {units} units to {SettlementHeader.NameOf(holder.Kind)} {holder.Number}\n");
    }

    private static void Append(StringBuilder text, EvidenceEpoch epoch)
    {
        text.Append($"  epoch {epoch.Number} of key {epoch.KeyId.ToHex()[..8]}, settled by step {epoch.Step}: {epoch.Records} records from {epoch.First} on, {epoch.Failures.Length} failures\n");
        foreach (var draw in epoch.Draws)
            text.Append($"    {Shown(draw.Auditor)}, entry {draw.Index}: {draw.Judged} of {draw.Drawn} drawn judged{(draw.Fault is null ? "" : $"; does not count: {draw.Fault}")}\n");
        foreach (var record in epoch.Failures.Take(MostShown))
        {
            text.Append($"    record {record.Sequence}: {record.Letter} by {Shown(record.Auditor)}, entry {record.Entry}");
            text.Append(record.Bundle is { } bundle ? $"; bundle {bundle.ToHex()}, differs at {record.At}" : "");
            text.Append(record.Passed.IsEmpty ? "\n" : $"; passed by {string.Join(", ", record.Passed.Select(Shown))}\n");
        }
        if (epoch.Failures.Length > MostShown)
            text.Append($"    and {epoch.Failures.Length - MostShown} more\n");
    }

    private static void Write(Utf8JsonWriter json, EvidenceEpoch epoch)
    {
        json.WriteStartObject();
        json.WriteString("key", epoch.KeyId.ToHex());
        json.WriteNumber("epoch", epoch.Number);
        json.WriteNumber("step", epoch.Step);
        json.WriteNumber("first", epoch.First);
        json.WriteNumber("records", epoch.Records);
        json.WriteStartArray("draws");
        foreach (var draw in epoch.Draws)
        {
            json.WriteStartObject();
            json.WriteString("auditor", draw.Auditor);
            json.WriteNumber("entry", draw.Index);
            json.WriteNumber("drawn", draw.Drawn);
            json.WriteNumber("judged", draw.Judged);
            json.WriteString("fault", draw.Fault);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("failures");
        foreach (var record in epoch.Failures)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", record.Sequence);
            json.WriteString("letter", record.Letter.ToString());
            json.WriteString("auditor", record.Auditor);
            json.WriteNumber("entry", record.Entry);
            if (record is { Bundle: { } bundle, At: { } at })
            {
                json.WriteString("bundle", bundle.ToHex());
                json.WriteNumber("at", at);
            }
            json.WriteStartArray("passedBy");
            foreach (var auditor in record.Passed)
                json.WriteStringValue(auditor);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Shown(string text) => StrictJson.Shown(text);
}
