using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Verify.Bundles;

/// <summary>What shows that of the serving key's records and events none was left out (docs/spec/receipt.md, Completeness).</summary>
/// <param name="Epoch">The epoch entry, below the checkpoint's size.</param>
/// <param name="Note">The epoch's index note, with whatever indexers signed it.</param>
/// <param name="Prefix">Consistency proof from the epoch's tree to the checkpoint.</param>
/// <param name="Key">The serving key's leaf in the index.</param>
/// <param name="Record">Path of this receipt's leaf among the key's records.</param>
public sealed record Completeness(
    ProvedEntry Epoch, SignedNote Note, ImmutableArray<Hash> Prefix, IndexedKey Key, ImmutableArray<Hash> Record);

/// <summary>A serving key's leaf in a verifiable index, with its path. The head over its events is computed from those at hand.</summary>
/// <param name="Position">Among the keys of the index, in ascending order of key id.</param>
/// <param name="Events">Number of its key events.</param>
/// <param name="Count">Number of its records.</param>
/// <param name="Records">RFC 6962 head over its records.</param>
public sealed record IndexedKey(ulong Position, ulong Events, ulong Count, Hash Records, ImmutableArray<Hash> Path);
