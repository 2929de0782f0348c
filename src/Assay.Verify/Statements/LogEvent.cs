using Assay.Verify.Crypto;
using Assay.Verify.Dsse;

namespace Assay.Verify.Statements;

/// <summary>What an open log entry says: a statement with a plain SHA-256 subject (docs/spec/receipt.md, Events).</summary>
public abstract record LogEvent
{
    private protected const string Sha256Name = "sha256";

    private protected LogEvent() { }

    /// <summary>The log that this is an entry of.</summary>
    public abstract string Origin { get; init; }

    /// <summary>Whether the log key alone signs such an event; all others are signed by the roots.</summary>
    public virtual bool SignedByLogKey => false;

    /// <summary>The statement's bytes.</summary>
    public abstract byte[] ToBytes();

    /// <summary>The entry for the log: the statement signed by as many root keys as the threshold asks for, or by the log key.</summary>
    /// <exception cref="MalformedException">The event says something that its own parser refuses: nothing is signed.</exception>
    public byte[] ToEntry(params ReadOnlySpan<SigningKey> keys)
    {
        var payload = ToBytes();
        _ = Parse(payload);
        return OpenEntry.Sign(payload, keys).ToBytes();
    }

    /// <exception cref="MalformedException">Not an event.</exception>
    /// <exception cref="UnsupportedException">An event of a type that this version does not know.</exception>
    public static LogEvent Parse(ReadOnlySpan<byte> payload) => Statement.PredicateTypeOf(Statement.Root(payload)) switch
    {
        GenesisEvent.PredicateType => GenesisEvent.Parse(payload),
        KeyEvent.PredicateType => KeyEvent.Parse(payload),
        ModelEvent.PredicateType => ModelEvent.Parse(payload),
        EpochEvent.PredicateType => EpochEvent.Parse(payload),
        OwnerEvent.PredicateType => OwnerEvent.Parse(payload),
        AuditTermsEvent.PredicateType => AuditTermsEvent.Parse(payload),
        AuditSeedEvent.PredicateType => AuditSeedEvent.Parse(payload),
        AuditRefusalEvent.PredicateType => AuditRefusalEvent.Parse(payload),
        AuditDrawEvent.PredicateType => AuditDrawEvent.Parse(payload),
        AuditVerdictsEvent.PredicateType => AuditVerdictsEvent.Parse(payload),
        AuditCanaryEvent.PredicateType => AuditCanaryEvent.Parse(payload),
        AuditPlantEvent.PredicateType => AuditPlantEvent.Parse(payload),
        ChallengeEvent.PredicateType => ChallengeEvent.Parse(payload),
        ObservationsEvent.PredicateType => ObservationsEvent.Parse(payload),
        AccountEpochEvent.PredicateType => AccountEpochEvent.Parse(payload),
        JournalEvent.PredicateType => JournalEvent.Parse(payload),
        var other => throw new UnsupportedException(
            $"statement.predicateType: an event of the unknown type \"{Json.StrictJson.Shown(other)}\""),
    };

    private protected static Statement Expect(ReadOnlySpan<byte> payload, string predicateType)
    {
        var statement = Statement.Parse(payload, Sha256Name);
        return statement.PredicateType == predicateType
            ? statement
            : throw new MalformedException($"statement.predicateType: expected \"{predicateType}\"");
    }
}
