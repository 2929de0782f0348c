using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>Where the audited records came from; lanes are never added up.</summary>
public enum AuditLane
{
    /// <summary>Drawn from all records of a key.</summary>
    Traffic,

    /// <summary>The auditor's own requests.</summary>
    Canary,
}

/// <summary>Of one diverged record.</summary>
/// <param name="Position">In the order that the letters count in.</param>
/// <param name="Evidence">SHA-256 of the bundle, which is published.</param>
/// <param name="At">The first token or tensor element that differs.</param>
public sealed record Divergence(ulong Position, Hash Evidence, ulong At);

/// <summary>An auditor's verdicts, one letter a record (docs/spec/audits.md section 4). In the auditor's log, by its log key.</summary>
/// <param name="Origin">The auditor's log, which this is an entry of.</param>
/// <param name="Lane">Traffic: <paramref name="Of"/> is a draw. Canary: it is a canary event.</param>
/// <param name="Of">Index of that entry in this log.</param>
/// <param name="First">Position of the first letter: where the entry before ended.</param>
/// <param name="Letters"><see cref="VerdictLetters"/>, 1 to 30,000.</param>
/// <param name="Records">Of the canary lane: the sequences, one for each letter. Of the traffic lane empty: the draw says them.</param>
/// <param name="Work"><see cref="AuditWork.Root"/>; null where no record was run.</param>
/// <param name="Divergences">One for each letter <c>d</c>, in order.</param>
public sealed record AuditVerdictsEvent(
    string Origin, AuditLane Lane, ulong Of, ulong First, string Letters, ImmutableArray<ulong> Records, EngineClaim Engine, Hash? Work,
    ImmutableArray<Divergence> Divergences) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-verdicts:v1";

    /// <summary>The oracle: the one of this version.</summary>
    public const string Replay = "replay";

    public bool Equals(AuditVerdictsEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => HashCode.Combine(Of, First, Letters);

    public override bool SignedByLogKey => true;

    /// <exception cref="MalformedException">No verdicts, or they contradict themselves.</exception>
    /// <exception cref="UnsupportedException">Verdicts of an oracle that this version does not know.</exception>
    public static new AuditVerdictsEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        if (json["oracle"].Text() is var oracle && oracle != Replay)
            throw new UnsupportedException($"predicate.oracle: \"{StrictJson.Shown(oracle)}\" is unknown to this version");
        var letters = json["letters"].Text(VerdictLetters.Most);
        if (letters.Length == 0 || !VerdictLetters.AreKnown(letters))
            throw json["letters"].Wrong($"1 to {VerdictLetters.Most} of the letters {VerdictLetters.ByStrength}");
        var (lane, of) = json["lane"].Text() switch
        {
            "traffic" => (AuditLane.Traffic, json["draw"].Integer()),
            "canary" => (AuditLane.Canary, json["canary"].Integer()),
            _ => throw json["lane"].Wrong("traffic or canary"),
        };
        var engine = json["engine"];
        var verdicts = new AuditVerdictsEvent(
            json["origin"].Label(), lane, of, json["first"].Integer(), letters, ReadRecords(json, lane, letters.Length),
            new EngineClaim(engine["name"].Label(), engine["version"].Label(), engine["build"].Label()), json.Optional("work")?.HexHash(),
            [.. json["details"].Items(letters.Length).Select(ReadDivergence)]);
        verdicts.CheckLetters(json);
        statement.MustHaveSubject(Replay, verdicts.Digest());
        return verdicts;
    }

    public override byte[] ToBytes() => Statement.Write(Replay, Sha256Name, Digest(), PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("oracle", Replay);
        json.WriteString("lane", Lane == AuditLane.Traffic ? "traffic" : "canary");
        json.WriteNumber(Lane == AuditLane.Traffic ? "draw" : "canary", Of);
        json.WriteNumber("first", First);
        json.WriteString("letters", Letters);
        if (Lane == AuditLane.Canary)
            WriteRecords(json);
        json.WriteStartObject("engine");
        json.WriteString("name", Engine.Name);
        json.WriteString("version", Engine.Version);
        json.WriteString("build", Engine.Build);
        json.WriteEndObject();
        if (Work is { } work)
            json.WriteString("work", work.ToHex());
        json.WriteStartArray("details");
        foreach (var (position, evidence, at) in Divergences)
        {
            json.WriteStartObject();
            json.WriteNumber("position", position);
            json.WriteString("evidence", evidence.ToHex());
            json.WriteNumber("at", at);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    // SHA-256 of the letters.
    private Hash Digest() => Sha256.Of(Encoding.ASCII.GetBytes(Letters));

    private static Divergence ReadDivergence(JsonAt json) => new(json["position"].Integer(), json["evidence"].HexHash(), json["at"].Integer());

    private static ImmutableArray<ulong> ReadRecords(JsonAt json, AuditLane lane, int letters)
    {
        if (lane == AuditLane.Traffic)
            return [];
        ImmutableArray<ulong> records = [.. json["records"].Items(letters).Select(r => r.Integer())];
        if (records.Length != letters)
            throw json["records"].Wrong("one sequence for each letter");
        for (var i = 1; i < records.Length; i++)
            if (records[i] <= records[i - 1])
                throw json["records"].Wrong("ascending sequences");
        return records;
    }

    private void WriteRecords(Utf8JsonWriter json)
    {
        json.WriteStartArray("records");
        foreach (var sequence in Records)
            json.WriteNumberValue(sequence);
        json.WriteEndArray();
    }

    private void CheckLetters(JsonAt json)
    {
        if (Letters.Any(VerdictLetters.WasRun) != Work is not null)
            throw json["letters"].Wrong("a digest of the work exactly where a record was run");
        var next = 0;
        for (var i = 0; i < Letters.Length; i++)
            if (Letters[i] == VerdictLetters.Diverged && (next == Divergences.Length || Divergences[next++].Position != First + (ulong)i))
                throw json["details"].Wrong($"one for each letter {VerdictLetters.Diverged}, in order");
        if (next != Divergences.Length)
            throw json["details"].Wrong($"one for each letter {VerdictLetters.Diverged} and no more");
    }
}
