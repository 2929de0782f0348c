using Assay.Market;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Markets;

/// <summary>A market without a log: the product's state, to which events are applied that nobody signed. Not for several threads.</summary>
public sealed class Desk
{
    private ulong grants;

    public Desk() => State.Apply(new TermsEvent(new MarketTerms()), 0);

    public MarketState State { get; } = new();

    /// <summary>Instructions that the rules refused, by the first word of what refused them.</summary>
    public int Refused { get; private set; }

    /// <summary>A new participant with units of its own.</summary>
    public ulong Join(ulong at, long units, params ReadOnlySpan<Hash> affiliates)
    {
        var number = (ulong)State.Participants.Count;
        var sha = Sha256.Start();
        sha.Add("participant");
        sha.Add(number);
        State.Apply(new JoinEvent(sha.Finish(), [.. affiliates]), at);
        State.Apply(new GrantEvent(number, units, $"paper:{grants++}"), at);
        return number;
    }

    /// <summary>Does an instruction, unless the rules refuse it.</summary>
    public bool Do(ulong by, ulong at, Func<ulong, MarketInstruction> instruction)
    {
        try
        {
            State.Apply(instruction(State.Participants.NonceOf(by)), at);
            return true;
        }
        catch (MarketRefusal)
        {
            Refused++;
            return false;
        }
    }

    /// <summary>Units that a participant has free.</summary>
    public long Units(ulong participant) => State.Book.Of(Holder.Participant(participant), Asset.Unit);
}
