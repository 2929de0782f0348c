using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Journal;

/// <summary>Whoever takes part, numbered from 0 in the order of joining.</summary>
public sealed class Participants
{
    private const int Most = 1 << 20;

    private sealed record Participant(Hash Key, ImmutableArray<Hash> Affiliates, ulong Instructions);

    private readonly List<Participant> all = [];
    private readonly Dictionary<Hash, ulong> byKey = [];

    public int Count => all.Count;

    /// <summary>The number of whoever has a key; null where nobody has.</summary>
    public ulong? NumberOf(in Hash key) => byKey.TryGetValue(key, out var number) ? number : null;

    /// <summary>A participant's Ed25519 key, raw.</summary>
    /// <exception cref="MarketRefusal">There is none of that number.</exception>
    public Hash KeyOf(ulong number) => Of(number).Key;

    /// <summary>The accounts that a participant says it is affiliated with, ascending.</summary>
    /// <exception cref="MarketRefusal">There is none of that number.</exception>
    public ImmutableArray<Hash> AffiliatesOf(ulong number) => Of(number).Affiliates;

    /// <summary>How many instructions of a participant were done: the nonce of its next.</summary>
    /// <exception cref="MarketRefusal">There is none of that number.</exception>
    public ulong NonceOf(ulong number) => Of(number).Instructions;

    /// <exception cref="MarketRefusal">There is none of that number.</exception>
    public bool IsAffiliated(ulong number, Hash account) => Of(number).Affiliates.Contains(account);

    /// <exception cref="MarketRefusal">There is none of that number.</exception>
    public void MustExist(ulong number) => _ = Of(number);

    internal void Add(in Hash key, ImmutableArray<Hash> affiliates)
    {
        if (byKey.TryGetValue(key, out var number))
            throw new MarketRefusal($"participant {number} has this key already");
        if (all.Count == Most)
            throw new MarketRefusal($"no more than {Most} participants");
        byKey.Add(key, (ulong)all.Count);
        all.Add(new Participant(key, affiliates, 0));
    }

    internal void MustBeNext(MarketInstruction instruction)
    {
        var next = NonceOf(instruction.By);
        if (instruction.Nonce != next)
            throw new MarketRefusal($"instruction {instruction.Nonce} of participant {instruction.By} where {next} comes next");
    }

    internal void Count1(MarketInstruction instruction)
    {
        var at = (int)instruction.By;
        all[at] = all[at] with { Instructions = all[at].Instructions + 1 };
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.List(all, Most, 48, participant =>
        {
            var (key, affiliates, instructions) = participant is { } p ? (p.Key, p.Affiliates.ToList(), p.Instructions) : (default, [], 0UL);
            bytes.Hash(ref key);
            bytes.List(affiliates, JoinEvent.MostAffiliates, Hash.Size, account =>
            {
                bytes.Hash(ref account);
                return account;
            }, default);
            bytes.Number(ref instructions);
            return bytes.Reads ? new Participant(key, [.. affiliates], instructions) : participant!;
        }, null!);
        if (!bytes.Reads)
            return;
        foreach (var participant in all)
            if (!byKey.TryAdd(participant.Key, (ulong)byKey.Count))
                throw new MalformedException("a market's state with a participant's key twice");
    }

    private Participant Of(ulong number) => number < (ulong)all.Count ? all[(int)number] : throw new MarketRefusal($"there is no participant {number}");
}
