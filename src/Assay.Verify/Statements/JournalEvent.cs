using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>The next events of a journal (docs/spec/market.md section 1). In any log, by its log key. What events mean is not the log's business.</summary>
/// <param name="Origin">Of the log that this is an entry of.</param>
/// <param name="Journal">The journal's name.</param>
/// <param name="Number">From 0, without gaps in one log.</param>
/// <param name="Time">Unix seconds: never less than the entry's before.</param>
/// <param name="Previous">Digest of the state before: the last entry's <paramref name="State"/>; of number 0: zeros.</param>
/// <param name="Events">1 to <see cref="MostEvents"/>, none empty, together at most <see cref="MostBytes"/>.</param>
/// <param name="State">Digest of the state after the last event.</param>
public sealed record JournalEvent(
    string Origin, string Journal, ulong Number, ulong Time, Hash Previous, ImmutableArray<ReadOnlyMemory<byte>> Events, Hash State) : LogEvent
{
    public const string PredicateType = "urn:assay:journal:v1";

    public const int MostEvents = 256;

    /// <summary>What surely fits into an entry (<see cref="Dsse.OpenEntry.MaxSize"/>) after base64 twice.</summary>
    public const int MostBytes = 32_768;

    /// <summary>UTF-16 units of a name.</summary>
    public const int MostName = 64;

    public override bool SignedByLogKey => true;

    public bool Equals(JournalEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => State.GetHashCode();

    /// <exception cref="MalformedException">Not an entry of a journal, or it contradicts itself.</exception>
    public static new JournalEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var entry = new JournalEvent(
            json["origin"].Label(), json["journal"].Label(), json["number"].Integer(), json["time"].Integer(), json["previous"].HexHash(),
            [.. json["events"].Items(MostEvents).Select(ReadEvent)], json["state"].HexHash());
        if (entry.Journal.Length > MostName)
            throw json["journal"].Wrong($"at most {MostName} characters");
        if (entry.Events.IsEmpty || entry.Events.Sum(e => (long)e.Length) > MostBytes)
            throw json["events"].Wrong($"1 to {MostEvents} events of together at most {MostBytes} bytes");
        statement.MustHaveSubject(entry.Journal, entry.State);
        return entry;
    }

    public override byte[] ToBytes() => Statement.Write(Journal, Sha256Name, State, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("journal", Journal);
        json.WriteNumber("number", Number);
        json.WriteNumber("time", Time);
        json.WriteString("previous", Previous.ToHex());
        json.WriteStartArray("events");
        foreach (var step in Events)
            json.WriteBase64StringValue(step.Span);
        json.WriteEndArray();
        json.WriteString("state", State.ToHex());
    });

    private static ReadOnlyMemory<byte> ReadEvent(JsonAt json) => json.Base64Bytes() is { Length: > 0 } bytes ? bytes : throw json.Wrong("an event that is not empty");
}
