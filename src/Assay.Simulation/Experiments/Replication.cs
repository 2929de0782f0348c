using System.Text;
using Assay.Simulation.Worlds;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Experiments;

/// <summary>What one replication gave.</summary>
/// <param name="Digest">Of all its accounts' states, the market's, and the figures: the same setup gives the same on every machine.</param>
public sealed record Replication(Setup Setup, Hash Digest, IReadOnlyDictionary<string, double> Figures)
{
    public static Replication Run(Setup setup, CancellationToken cancel = default)
    {
        var world = new World(setup);
        var figures = world.Run(cancel);
        var sha = Sha256.Start();
        sha.Add("assay/replication/v1\n"u8);
        foreach (var seat in world.Seats)
            sha.Add(seat.Account.State.Digest().Bytes);
        if (world.Market is { } market)
            sha.Add(market.State.Digest().Bytes);
        sha.Add(Encoding.UTF8.GetBytes(figures.ToString()));
        return new Replication(setup, sha.Finish(), new SortedDictionary<string, double>(figures.Values.ToDictionary(), StringComparer.Ordinal));
    }
}
