namespace Assay.Proofs.Protocol;

/// <summary>A proof does not hold. Never leaves the verifier: what it reports is the check.</summary>
internal sealed class ProofRefused(ProofCheck check) : Exception(check.ToString())
{
    public ProofCheck Check { get; } = check;
}

/// <summary>
/// The checks that a verifier makes: all of them. Only tests have others, which leave some out: to show of a forgery that nothing but its
/// own check stands against it.
/// </summary>
internal sealed class ProofChecks
{
    private readonly HashSet<ProofCheck> without;

    private ProofChecks(IEnumerable<ProofCheck> without) => this.without = [.. without];

    public static ProofChecks All { get; } = new([]);

    /// <summary>None at all: to go through a proof that does not exist, and see how much of it there would be.</summary>
    public static ProofChecks None { get; } = new(Enum.GetValues<ProofCheck>());

    /// <summary>All but these.</summary>
    public static ProofChecks Without(params ProofCheck[] checks) => new(checks);

    /// <exception cref="ProofRefused">It does not hold.</exception>
    public void Require(bool holds, ProofCheck check)
    {
        if (!holds && !without.Contains(check))
            throw new ProofRefused(check);
    }
}
