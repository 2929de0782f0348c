using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>What an account is of: these four, and nothing that changes (docs/spec/accounts-fold.md section 1).</summary>
/// <param name="Roots">The operator's root set id.</param>
/// <param name="Service">As the segments of its serving keys name it.</param>
/// <param name="Oracle">How outputs are judged: <c>replay</c>, …</param>
/// <param name="Task">Digest of the set of tasks; null where the oracle needs none.</param>
public sealed record AccountId(Hash Roots, string Service, string Oracle, Hash? Task = null)
{
    /// <summary>The account of an endpoint that signs nothing: of no roots (docs/spec/accounts-fold.md section 7).</summary>
    public static AccountId Observed(string service, ObservationOracle oracle, Hash task) => new(default, service, oracle.ToString().ToLowerInvariant(), task);

    /// <summary>SHA-256 of <c>"assay/account/v1\n"</c> || roots || the service and the oracle, each with u64be(length) before it || task, 32 zero bytes for none.</summary>
    public Hash Digest()
    {
        var sha = Sha256.Start();
        sha.Add("assay/account/v1\n"u8);
        sha.Add(Roots.Bytes);
        sha.Add(Service);
        sha.Add(Oracle);
        sha.Add((Task ?? default).Bytes);
        return sha.Finish();
    }
}
