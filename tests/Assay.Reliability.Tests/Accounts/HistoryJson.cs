using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Reliability.Accounts;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>Histories as docs/spec/vectors/audits/accounts.json holds them (described in docs/spec/vectors/README.md).</summary>
internal static class HistoryJson
{
    /// <param name="allStates">The bytes of every step's state, and not of the last only.</param>
    public static string Write(IEnumerable<History> histories, bool allStates = false)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var history in histories)
            {
                Write(json, history, allStates);
                // A line for each, so that a change shows what it changes.
                json.Flush();
                stream.WriteByte((byte)'\n');
            }
            json.WriteEndArray();
        }
        stream.WriteByte((byte)'\n');
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, History history, bool allStates)
    {
        json.WriteStartObject();
        json.WriteString("what", history.What);
        json.WriteString("provider", history.Provider.Origin);
        json.WriteString("service", History.Service);
        json.WriteStartObject("logs");
        foreach (var log in history.Auditors.Prepend(history.Provider))
        {
            json.WritePropertyName(log.Origin);
            log.Write(json);
        }
        json.WriteEndObject();
        json.WriteStartArray("steps");
        foreach (var step in history.Steps)
            Write(json, step, allStates || step == history.Steps[^1]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Folded step, bool withState)
    {
        json.WriteStartObject();
        json.WriteNumber("time", step.Time);
        json.WriteStartObject("sizes");
        foreach (var (origin, size) in step.Sizes)
            json.WriteNumber(origin, size);
        json.WriteEndObject();
        json.WriteString("digest", step.Digest.ToHex());
        json.WriteStartArray("figures");
        foreach (var figures in step.Figures)
            Write(json, figures);
        json.WriteEndArray();
        if (withState)
            json.WriteBase64String("state", step.State);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AccountFigures figures)
    {
        json.WriteStartObject();
        Proven("proven", figures.Life);
        Proven("recent", figures.Trailing);
        if (figures.Epoch is { } epoch)
        {
            json.WriteStartArray("epoch");
            json.WriteNumberValue(epoch.Lower);
            json.WriteNumberValue(epoch.Upper);
            json.WriteEndArray();
        }
        else
            json.WriteNull("epoch");
        Proven("canary", figures.Canary);
        json.WriteBoolean("alarmed", figures.Alarmed);
        json.WriteNumber("faults", figures.Faults);
        json.WriteEndObject();

        void Proven(string name, ProvenFigure figure)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(figure.Judged.Passes);
            json.WriteNumberValue(figure.Judged.Failures);
            json.WriteNumberValue(figure.FailureBound ?? 1_000_000);
            json.WriteEndArray();
        }
    }
}
