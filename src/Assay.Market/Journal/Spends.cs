using Assay.Market.Ledger;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Market.Journal;

/// <summary>What participants have paid to those affiliated with an account: nobody is covered for more.</summary>
public sealed class Spends
{
    private const int Most = 1 << 22;

    private readonly Dictionary<(ulong Participant, Hash Account), ulong> spent = [];

    /// <summary>Units that a participant has spent on an account.</summary>
    public long Of(ulong participant, Hash account) => (long)spent.GetValueOrDefault((participant, account));

    internal void MustHaveRoom(ulong participant, Hash account, long units)
    {
        if (Of(participant, account) + units >= Book.Limit)
            throw new MarketRefusal($"participant {participant} has spent more on the account than can be counted");
        if (spent.Count == Most && !spent.ContainsKey((participant, account)))
            throw new MarketRefusal($"no more than {Most} pairs of a participant and an account");
    }

    internal void Add(ulong participant, Hash account, long units) => spent[(participant, account)] = (ulong)(Of(participant, account) + units);

    internal void Transfer(StateBytes bytes) => StateTable.Transfer(bytes, spent, Order, Most, 48, row =>
    {
        var ((participant, account), units) = row;
        bytes.Number(ref participant);
        bytes.Hash(ref account);
        bytes.Number(ref units);
        return units is > 0 and < (ulong)Book.Limit ? ((participant, account), units) : throw new Verify.MalformedException("a market's state with a spend out of bounds");
    });

    private static int Order((ulong Participant, Hash Account) a, (ulong Participant, Hash Account) b) =>
        a.Participant != b.Participant ? a.Participant.CompareTo(b.Participant) : a.Account.Bytes.SequenceCompareTo(b.Account.Bytes);
}
