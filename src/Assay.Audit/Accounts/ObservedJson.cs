using System.Text.Json;
using Assay.Reliability.Accounts;

namespace Assay.Audit.Accounts;

/// <summary>An observed account as JSON: rates in millionths, times in Unix seconds, evidence as natural logarithms in millionths.</summary>
public static class ObservedJson
{
    /// <summary>The members of an account.</summary>
    /// <param name="most">Segments that are written, those observed first.</param>
    public static void Write(Utf8JsonWriter json, ObservedAccount account, int most = int.MaxValue)
    {
        WriteSummary(json, account);
        json.WriteString("notPromised", ObservedWords.NotPromised);
        json.WriteStartArray("segments");
        foreach (var segment in account.State.Segments.Take(most))
            Write(json, segment);
        json.WriteEndArray();
    }

    /// <summary>What a list shows of an account.</summary>
    public static void WriteSummary(Utf8JsonWriter json, ObservedAccount account)
    {
        json.WriteString("account", account.Id.ToHex());
        json.WriteString("service", account.Service);
        json.WriteString("oracle", account.OracleName);
        json.WriteString("task", account.Task.ToHex());
        json.WriteNumber("observers", account.Observers);
        json.WriteNumber("addresses", account.State.Segments.Count);
    }

    private static void Write(Utf8JsonWriter json, ObservedSegment segment)
    {
        var figures = ObservedFigures.Of(segment);
        json.WriteStartObject();
        json.WriteString("address", segment.Address.ToHex());
        json.WriteNumber("from", segment.First);
        json.WriteNumber("to", segment.Last);
        json.WriteNumber("batches", figures.Batches);
        json.WriteNumber("passed", figures.Counts.Passed);
        json.WriteNumber("failed", figures.Counts.Failed);
        json.WriteNumber("unanswered", figures.Counts.Unanswered);
        Write(json, "failureBound", figures.Life.FailureBound);
        Write(json, "trailingFailureBound", figures.Trailing.FailureBound);
        if (figures.Answered is { } band)
        {
            json.WriteStartArray("answeredBand");
            json.WriteNumberValue(band.Lower);
            json.WriteNumberValue(band.Upper);
            json.WriteEndArray();
        }
        if (figures.LogE is { } logE)
            json.WriteNumber("logE", logE);
        json.WriteBoolean("refuted", figures.Refuted);
        json.WriteNumber("alarms", figures.Alarms);
        json.WriteBoolean("alarmed", figures.Alarmed);
        Write(json, "lastAlarmVerdict", segment.Change.LastAlarm?.Verdict);
        json.WriteStartArray("by");
        foreach (var observer in segment.Observers)
        {
            json.WriteStartObject();
            json.WriteString("origin", observer.Origin);
            json.WriteString("key", observer.KeyId.ToHex());
            json.WriteNumber("batches", observer.Batches);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
