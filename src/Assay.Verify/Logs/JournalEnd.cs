using Assay.Verify.Crypto;

namespace Assay.Verify.Logs;

/// <summary>The newest entry of a journal that a log holds.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="State">Digest of the state after it.</param>
public readonly record struct JournalEnd(ulong Number, ulong Time, Hash State);
