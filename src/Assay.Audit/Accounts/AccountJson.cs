using System.Text.Json;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Store.Accounts;

namespace Assay.Audit.Accounts;

/// <summary>A kept account as JSON: rates in millionths, times in Unix seconds, every figure with what it rests on.</summary>
public static class AccountJson
{
    /// <summary>All that is published of an account.</summary>
    public static void Write(Utf8JsonWriter json, AccountView view)
    {
        WriteHead(json, view.Account);
        json.WriteString("state", view.State.Digest().ToHex());
        json.WriteNumber("expires", view.Account.Time + AccountCertificate.LifeSeconds);
        json.WriteString("notPromised", AccountWords.NotPromised);
        json.WriteStartArray("segments");
        for (var place = 0; place < view.State.Segments.Count; place++)
            WriteSegment(json, view, place);
        json.WriteEndArray();
        if (view.State.Waiting is { } waiting)
        {
            json.WriteStartObject("waiting");
            json.WriteNumber("epochs", waiting.Epochs);
            json.WriteNumber("since", waiting.Since);
            json.WriteEndObject();
        }
        json.WriteStartArray("logs");
        foreach (var log in view.State.Logs)
        {
            json.WriteStartObject();
            json.WriteString("origin", log.Origin);
            json.WriteNumber("size", log.Size);
            json.WriteString("root", log.Root.ToBase64());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("auditors");
        foreach (var auditor in view.State.Auditors)
            TallyFormat.Write(json, auditor);
        json.WriteEndArray();
    }

    /// <summary>What a list shows of an account.</summary>
    public static void WriteSummary(Utf8JsonWriter json, AccountView view)
    {
        WriteHead(json, view.Account);
        json.WriteNumber("expires", view.Account.Time + AccountCertificate.LifeSeconds);
        json.WriteStartArray("segments");
        for (var place = 0; place < view.State.Segments.Count; place++)
        {
            var (segment, figures) = (view.State.Segments[place], view.Figures[place]);
            json.WriteStartObject();
            json.WriteString("model", segment.Model.ToHex());
            json.WriteString("name", view.Names[place]);
            WriteProven(json, "proven", figures.Life);
            WriteProven(json, "trailing", figures.Trailing);
            json.WriteBoolean("alarmed", figures.Alarmed);
            json.WriteNumber("faults", figures.Faults);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteHead(Utf8JsonWriter json, KeptAccount account)
    {
        json.WriteString("account", account.Id.ToHex());
        json.WriteStartObject("provider");
        json.WriteString("origin", account.Origin);
        json.WriteString("name", account.Provider);
        json.WriteString("roots", account.Roots.ToHex());
        json.WriteEndObject();
        json.WriteString("service", account.Service);
        json.WriteString("oracle", account.Oracle);
        json.WriteNumber("steps", account.Steps);
        json.WriteNumber("time", account.Time);
    }

    private static void WriteSegment(Utf8JsonWriter json, AccountView view, int place)
    {
        var (segment, figures) = (view.State.Segments[place], view.Figures[place]);
        json.WriteStartObject();
        json.WriteString("model", segment.Model.ToHex());
        json.WriteString("name", view.Names[place]);
        json.WriteString("profile", segment.Profile);
        json.WriteString("region", segment.Region);
        json.WriteNumber("owner", segment.Owner);
        json.WriteNumber("records", segment.Records);
        json.WriteNumber("epochs", segment.Epochs);
        json.WriteNumber("epochsWithoutDraw", segment.EpochsWithoutDraw);
        json.WriteNumber("disputed", segment.Disputed);
        TallyFormat.WriteLetters(json, "traffic", segment.Traffic);
        TallyFormat.WriteLetters(json, "canaryLetters", segment.Canary);
        WriteProven(json, "proven", figures.Life);
        WriteProven(json, "trailing", figures.Trailing);
        if (figures.Epoch is { } epoch)
        {
            json.WriteStartObject("epoch");
            json.WriteNumber("records", segment.Trailing[^1].Records);
            json.WriteNumber("judged", segment.Trailing[^1].Judged.AtWorst.Total);
            json.WriteNumber("lower", epoch.Lower);
            json.WriteNumber("upper", epoch.Upper);
            json.WriteEndObject();
        }
        WriteProven(json, "canary", figures.Canary);
        json.WriteStartObject("change");
        WriteOrNull(json, "rate", segment.Change.Rate);
        WriteOrNull(json, "evidence", segment.Change.Value is { } value ? (ulong)(value >> 64) : null);
        json.WriteNumber("threshold", ChangeDetector.Threshold);
        json.WriteBoolean("alarmed", figures.Alarmed);
        json.WriteNumber("alarms", segment.Change.Alarms);
        json.WriteEndObject();
        json.WriteNumber("faults", figures.Faults);
        if (view.Newest[place] is { } newest)
        {
            json.WriteStartObject("expectedNext");
            json.WriteNumber("failureRate", newest.Next);
            json.WriteNumber("n", newest.Passes + newest.Failures);
            json.WriteNumber("failures", newest.Failures);
            json.WriteNumber("expectedFailures", newest.ExpectedFailures / 1000.0);
            json.WriteNumber("nats", newest.Score / 1e6);
            json.WriteNumber("natsOfPlainRate", newest.PlainScore / 1e6);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteProven(Utf8JsonWriter json, string name, ProvenFigure figure)
    {
        json.WriteStartObject(name);
        json.WriteNumber("n", figure.Judged.Total);
        json.WriteNumber("failures", figure.Judged.Failures);
        WriteOrNull(json, "failureBound", figure.FailureBound);
        if (figure.FailureBound is null)
            json.WriteString("answer", AccountWords.Insufficient);
        json.WriteEndObject();
    }

    private static void WriteOrNull(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
