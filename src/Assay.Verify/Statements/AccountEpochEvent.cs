using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>How far a log was read for an account.</summary>
/// <param name="Size">Its first so many entries.</param>
/// <param name="Root">Its tree head at that size.</param>
public sealed record LogSize(string Origin, ulong Size, Hash Root);

/// <summary>Whoever folds an account commits to one step of it (docs/spec/accounts.md). In any log, by its log key.</summary>
/// <param name="Origin">Of the log that this is an entry of.</param>
/// <param name="Account">The account's id.</param>
/// <param name="Step">From 0, without gaps in one log.</param>
/// <param name="Time">Unix seconds that the step was folded with: never less than the step's before.</param>
/// <param name="Previous">Digest of the state before; of step 0 that of the empty account.</param>
/// <param name="Logs">How far each log was read: the provider's first, then the auditors' in ascending order of origin by UTF-8 bytes.</param>
/// <param name="State">Digest of the state after.</param>
public sealed record AccountEpochEvent(
    string Origin, Hash Account, ulong Step, ulong Time, Hash Previous, ImmutableArray<LogSize> Logs, Hash State) : LogEvent
{
    public const string PredicateType = "urn:assay:account-epoch:v1";

    public const int MostLogs = 65;

    private const string Subject = "account";

    public override bool SignedByLogKey => true;

    public bool Equals(AccountEpochEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => State.GetHashCode();

    /// <exception cref="MalformedException">Not a step of an account, or it contradicts itself.</exception>
    public static new AccountEpochEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var step = new AccountEpochEvent(
            json["origin"].Label(), json["account"].HexHash(), json["step"].Integer(), json["time"].Integer(), json["previous"].HexHash(),
            [.. json["logs"].Items(MostLogs).Select(ReadLog)], json["state"].HexHash());
        if (step.Logs.IsEmpty)
            throw json["logs"].Wrong("the provider's log first");
        for (var i = 1; i < step.Logs.Length; i++)
            if (step.Logs[i].Origin == step.Logs[0].Origin || i > 1 && Compare(step.Logs[i - 1].Origin, step.Logs[i].Origin) >= 0)
                throw json["logs"].Wrong("the provider's log and then the auditors' in ascending order of origin");
        statement.MustHaveSubject(Subject, step.State);
        return step;
    }

    public override byte[] ToBytes() => Statement.Write(Subject, Sha256Name, State, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("step", Step);
        json.WriteNumber("time", Time);
        json.WriteString("previous", Previous.ToHex());
        json.WriteStartArray("logs");
        foreach (var log in Logs)
        {
            json.WriteStartObject();
            json.WriteString("origin", log.Origin);
            json.WriteNumber("size", log.Size);
            json.WriteString("root", log.Root.ToBase64());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("state", State.ToHex());
    });

    /// <summary>The order of origins: by their UTF-8 bytes.</summary>
    public static int Compare(string a, string b) =>
        System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b));

    private static LogSize ReadLog(JsonAt json) => new(json["origin"].Label(), json["size"].Integer(), json["root"].Base64Hash());
}
