using System.Text;
using System.Text.Json;
using Assay.Reliability.Accounts;

namespace Assay.Reliability.Passports;

/// <summary>A report for programs and for people.</summary>
public static class PassportReportFormat
{
    /// <summary>Its members, into an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, PassportReport report)
    {
        json.WriteString("status", report.Status.ToString().ToLowerInvariant());
        json.WriteString("verdict", report.Verdict);
        json.WriteString("problem", report.Problem);
        json.WriteString("policy", report.Policy);
        if (report.Passport is { } passport)
        {
            json.WriteString("account", passport.Account.Digest().ToHex());
            json.WriteString("roots", passport.Account.Roots.ToHex());
            json.WriteString("service", passport.Account.Service);
            json.WriteString("oracle", passport.Account.Oracle);
            json.WriteNumber("step", passport.Step);
        }
        WriteState(json, report);
        json.WriteStartArray("differences");
        foreach (var (where, detail) in report.Differences)
        {
            json.WriteStartObject();
            json.WriteString("where", where);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("completeness");
        foreach (var log in report.Logs)
            Write(json, log);
        json.WriteEndArray();
    }

    public static string ToText(PassportReport report)
    {
        var text = new StringBuilder($"{report.Status.ToString().ToUpperInvariant()} · {report.Verdict}");
        if (report.Passport is { } passport)
            text.Append($" · {Shown(passport.Account.Service)} by {passport.Account.Oracle}, step {passport.Step}");
        text.Append('\n');
        if (report.Problem is not null)
            text.Append($"  {report.Problem}\n");
        foreach (var (where, detail) in report.Differences)
            text.Append($"  DIFFERS {where}: {detail}\n");
        if (report.State is { } state)
            Append(text, report, state);
        foreach (var log in report.Logs)
        {
            text.Append($"  log {Shown(log.Origin)} ({string.Join(", ", log.Roles)}): {log.Shown} of {log.Size} entries shown; {Token(log.Completeness)}");
            text.Append(log.UpTo > 0 ? $" below {log.UpTo}\n" : "\n");
            text.Append($"    {(log.Trusted == false ? "NOT TRUSTED: " : "")}{log.Trust}\n");
            if (log.UnmatchedDraws > 0)
                text.Append($"    {log.UnmatchedDraws} of its draws are from epochs, or of commitments, that the passport does not show\n");
        }
        return text.ToString();
    }

    public static string Token(LogCompleteness completeness) => completeness switch
    {
        LogCompleteness.Whole => "whole",
        LogCompleteness.Indexed => "indexed",
        LogCompleteness.OwnWord => "own-word",
        _ => "not-checked",
    };

    private static void Append(StringBuilder text, PassportReport report, AccountState state)
    {
        text.Append($"  state {state.Digest().ToHex()} at {Time(state.Time)}\n");
        foreach (var segment in report.Recomputed)
        {
            var (life, trailing) = (segment.Figures.Life, segment.Figures.Trailing);
            text.Append($"  segment {segment.Model.ToHex()[..8]} {Shown(segment.Profile)} {Shown(segment.Region)}: {segment.Epochs} epochs, {segment.Records} records\n");
            text.Append($"    proven failures at most {Bound(life)}, of the last {SegmentState.TrailingEpochs} epochs {Bound(trailing)}; canaries {Bound(segment.Figures.Canary)}\n");
            text.Append($"    {segment.Figures.Faults} proven faults, {segment.Disputed} disputed{(segment.Figures.Alarmed ? ", ALARMED" : "")}\n");
        }
        foreach (var a in state.Auditors)
            text.Append($"  auditor {Shown(a.Origin)}{(a.SelfSampled ? " (SELF-SAMPLED)" : "")}: {a.Draws} draws of {a.Commitments} commitments, {a.Traffic.Counts.Passes} passes, {a.Traffic.Counts.Failures} failures, {a.Unfinished} unjudged, {a.Late} late, {a.RefusedDraws} draws that do not count\n");
        text.Append("  What was proved is history: it does not promise the next answer.\n");
    }

    private static void WriteState(Utf8JsonWriter json, PassportReport report)
    {
        if (report.State is not { } state)
        {
            json.WriteNull("recomputed");
            return;
        }
        json.WriteStartObject("recomputed");
        json.WriteString("state", state.Digest().ToHex());
        json.WriteNumber("steps", state.Steps);
        json.WriteNumber("time", state.Time);
        json.WriteStartArray("segments");
        foreach (var segment in report.Recomputed)
        {
            json.WriteStartObject();
            SegmentFormat.WriteMembers(json, segment);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("auditors");
        foreach (var auditor in state.Auditors)
            TallyFormat.Write(json, auditor);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PassportLogReport log)
    {
        json.WriteStartObject();
        json.WriteString("log", log.Origin);
        json.WriteStartArray("roles");
        foreach (var role in log.Roles)
            json.WriteStringValue(role);
        json.WriteEndArray();
        json.WriteNumber("size", log.Size);
        json.WriteNumber("shown", log.Shown);
        json.WriteString("status", Token(log.Completeness));
        json.WriteNumber("upTo", log.UpTo);
        json.WriteNumber("unmatchedDraws", log.UnmatchedDraws);
        json.WriteString("logKey", log.LogKey);
        if (log.Trusted is { } trusted)
            json.WriteBoolean("trusted", trusted);
        else
            json.WriteNull("trusted");
        json.WriteString("trust", log.Trust);
        json.WriteEndObject();
    }

    private static string Bound(ProvenFigure figure) => figure.FailureBound is { } bound
        ? $"{bound / 10_000}.{bound % 10_000:D4} % (n = {figure.Judged.Total})"
        : $"insufficient data (n = {figure.Judged.Total})";

    private static string Time(ulong seconds) => seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? $"{DateTimeOffset.FromUnixTimeSeconds((long)seconds).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"
        : $"second {seconds} of Unix time";

    private static string Shown(string text) => Verify.Json.StrictJson.Shown(text);
}
