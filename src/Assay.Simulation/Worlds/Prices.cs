using Assay.Reliability.Accounts;

namespace Assay.Simulation.Worlds;

/// <summary>What things cost, in paper units (docs/experiment.md section 2). A tier is what the certificate says: 0 nothing, 1 at most 5 % failures, 2 at most 1 %.</summary>
public static class Prices
{
    public const int Best = 2;
    public const long Honest = 50;
    public const long Cheap = 10;
    public const long Easy = 5;
    public const long Gain = Honest - Cheap;
    public const long FreshName = 20_000;
    public const long BoughtName = 100_000;

    /// <summary>What a bad answer costs its customer beside the price.</summary>
    public const long Harm = 100;

    private static readonly long[] Paid = [60, 80, 100];

    /// <summary>For one record.</summary>
    public static long Of(int tier) => Paid[tier];

    /// <summary>By the product's rule for choosing a provider.</summary>
    public static int TierOf(AccountCertificate? certificate, bool fallen, ulong now) =>
        certificate is null || fallen ? 0 : certificate.Proves(10_000, now) ? 2 : certificate.Proves(50_000, now) ? 1 : 0;
}
