using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>A serving key and what it serves.</summary>
/// <param name="Owner">How often the log had changed hands when the key was introduced.</param>
public readonly record struct ServingKey(Hash KeyId, Segment Segment, ulong Owner);

/// <summary>
/// What the fold of audits asks of a provider's log, as far as it is read (docs/spec/accounts-fold.md). <see cref="LogState"/> answers
/// it from all entries; whoever has less of a log, or keeps less, answers the same of what was proved or kept.
/// </summary>
public interface IProviderHistory
{
    /// <summary>Null before the first entry.</summary>
    GenesisEvent? Genesis { get; }

    /// <summary>Entries read so far.</summary>
    ulong Size { get; }

    /// <summary>Serving keys of all services, in the order in which the log introduced them.</summary>
    IEnumerable<ServingKey> ServingKeys { get; }

    /// <summary>Sealed entries of a serving key so far: its next sequence number. Of a key that was introduced.</summary>
    ulong ReceiptsOf(in Hash keyId);

    /// <summary>How many epochs of a serving key have ended (docs/spec/audits.md section 1).</summary>
    ulong EndedEpochs(in Hash keyId);

    /// <summary>An epoch of a serving key; null while it has not ended. One that has is never asked for again once it is settled.</summary>
    KeyEpoch? EpochOf(in Hash keyId, ulong number);

    /// <summary>Auditors' commitments for an epoch, in order of index.</summary>
    ImmutableArray<AuditSeedAt> SeedsOf(in Hash keyId, ulong epoch);

    /// <summary>The tree head at <see cref="Size"/>, or at the size of an epoch that has ended and is not settled; asked for no other.</summary>
    Hash RootAt(ulong size);
}
