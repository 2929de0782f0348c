using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Market.Settlements;

/// <summary>An epoch that a step settled.</summary>
/// <param name="Step">That step.</param>
internal readonly record struct SettledBy(Hash KeyId, ulong Number, AccountEpochEvent Step);

/// <summary>Finds in a passport's logs what the verdicts of settled epochs rest on. Of a passport that was recomputed.</summary>
internal sealed class EvidenceTrail
{
    private readonly IProviderHistory provider;
    private readonly Dictionary<(string Auditor, Hash KeyId, ulong Number), Drawn> draws = [];

    /// <summary>A draw with the verdicts on it that the settling step had read.</summary>
    private sealed record Drawn(ulong Index, AuditDrawEvent Event, List<(ulong Entry, AuditVerdictsEvent Event)> Verdicts, Hash LogKey);

    private EvidenceTrail(IProviderHistory provider) => this.provider = provider;

    /// <param name="passport">Recomputed.</param>
    /// <param name="state">Its last state.</param>
    /// <param name="provider">The provider's log, read to its end.</param>
    /// <param name="settled">The epochs, in the order in which they are wanted.</param>
    public static ImmutableArray<EvidenceEpoch> Of(Passport passport, AccountState state, IProviderHistory provider, IReadOnlyList<SettledBy> settled)
    {
        var trail = new EvidenceTrail(provider);
        var wanted = settled.ToDictionary(s => (s.KeyId, s.Number), s => s.Step);
        // Origins in the order in which steps read them: who gives a letter first is named.
        string[] auditors = settled.Count == 0 ? [] : [.. settled[^1].Step.Logs.Skip(1).Select(l => l.Origin)];
        foreach (var origin in auditors)
            trail.Read(passport.Logs.First(l => l.Origin == origin), provider.Genesis!.Origin, wanted);
        var own = state.Auditors.Where(a => a.SelfSampled).Select(a => a.Origin).ToHashSet();
        return [.. settled.Select(s => trail.Epoch(s, auditors, own))];
    }

    private void Read(PassportLog log, string of, Dictionary<(Hash, ulong), AccountEpochEvent> wanted)
    {
        var byIndex = new Dictionary<ulong, Drawn>();
        Hash key = default;
        foreach (var (index, step) in ShownEvents.Of(log))
            switch (step)
            {
                case GenesisEvent genesis:
                    key = genesis.LogKey.Key.Id;
                    break;
                case AuditDrawEvent draw when draw.Provider == of && wanted.TryGetValue((draw.KeyId, draw.Epoch.Number), out var by) && index < SizeAt(by, log.Origin):
                    byIndex[index] = draws[(log.Origin, draw.KeyId, draw.Epoch.Number)] = new Drawn(index, draw, [], key);
                    break;
                case AuditVerdictsEvent { Lane: AuditLane.Traffic } verdicts when byIndex.TryGetValue(verdicts.Of, out var drawn)
                        && index < SizeAt(wanted[(drawn.Event.KeyId, drawn.Event.Epoch.Number)], log.Origin):
                    drawn.Verdicts.Add((index, verdicts));
                    break;
            }
    }

    private EvidenceEpoch Epoch(SettledBy settled, string[] auditors, HashSet<string> own)
    {
        var epoch = provider.EpochOf(settled.KeyId, settled.Number)!.Value;
        var (read, given) = (ImmutableArray.CreateBuilder<EvidenceDraw>(), new SortedDictionary<ulong, List<EvidenceRecord>>());
        foreach (var origin in auditors)
        {
            if (!draws.TryGetValue((origin, settled.KeyId, settled.Number), out var drawn))
                continue;
            var fault = own.Contains(origin) ? "the auditor shares a key with the provider" : DrawCheck.Fault(drawn.Event, drawn.LogKey, provider);
            var order = fault is null ? DrawCheck.Order(drawn.Event) : null;
            if (order is null)
                fault ??= "not as many records are drawn as it says";
            else
                Give(origin, drawn, order, given);
            read.Add(new EvidenceDraw(origin, drawn.Index, drawn.Event.Drawn, drawn.Verdicts.Aggregate(0UL, (sum, v) => sum + (ulong)v.Event.Letters.Length), fault));
        }
        return new EvidenceEpoch(settled.KeyId, settled.Number, settled.Step.Step, epoch.First, epoch.Records, read.ToImmutable(), [.. given.Values.Select(Verdict).OfType<EvidenceRecord>()]);
    }

    private static void Give(string origin, Drawn drawn, ulong[] order, SortedDictionary<ulong, List<EvidenceRecord>> given)
    {
        foreach (var (entry, verdicts) in drawn.Verdicts)
        {
            var divergence = 0;
            for (var i = 0; i < verdicts.Letters.Length; i++)
            {
                var (letter, sequence) = (verdicts.Letters[i], order[(int)verdicts.First + i]);
                var detail = letter == VerdictLetters.Diverged ? verdicts.Divergences[divergence++] : null;
                if (!given.TryGetValue(sequence, out var letters))
                    given.Add(sequence, letters = []);
                letters.Add(new EvidenceRecord(sequence, letter, origin, entry, detail?.Evidence, detail?.At, []));
            }
        }
    }

    // The strongest letter, if it is a failure.
    private static EvidenceRecord? Verdict(List<EvidenceRecord> letters)
    {
        var verdict = letters.MinBy(l => VerdictLetters.ByStrength.IndexOf(l.Letter, StringComparison.Ordinal))!;
        return verdict.Letter is VerdictLetters.Diverged or VerdictLetters.Wrong or VerdictLetters.Unopened
            ? verdict with { Passed = [.. letters.Where(l => l.Letter == VerdictLetters.Reproduced).Select(l => l.Auditor)] }
            : null;
    }

    private static ulong SizeAt(AccountEpochEvent step, string origin) => step.Logs.FirstOrDefault(l => l.Origin == origin)?.Size ?? 0;
}
