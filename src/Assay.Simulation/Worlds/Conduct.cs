namespace Assay.Simulation.Worlds;

/// <summary>What a provider does with one epoch's records. Chances are in millionths, of each record by itself.</summary>
/// <param name="Fails">An honest answer is wrong.</param>
/// <param name="Substituted">Of customers' records: another model answers.</param>
/// <param name="Differs">Such an answer differs from that of the model named.</param>
/// <param name="Own">The provider's own easy records among all.</param>
/// <param name="Hides">Opens no substituted record.</param>
/// <param name="Omitted">Customers' records beside the epoch's, substituted and never logged: a number.</param>
/// <param name="IncidentFrom">The first record of a run of which half fail.</param>
/// <param name="IncidentRecords">How many; 0 for none.</param>
public readonly record struct Conduct(
    uint Fails, uint Substituted = 0, uint Differs = 0, uint Own = 0, bool Hides = false, int Omitted = 0, int IncidentFrom = 0, int IncidentRecords = 0)
{
    /// <summary>The chance that a customer's record is bad, in millionths: what an insider knows.</summary>
    public uint BadChance
    {
        get
        {
            const ulong one = 1_000_000;
            var honest = Fails + (ulong)IncidentRecords * (one - Fails) / 2 / EpochRecords.Count;
            var logged = ((ulong)Substituted * Differs + (one - Substituted) * honest) / one;
            return (uint)((logged * EpochRecords.Count + (ulong)Omitted * Differs) / (EpochRecords.Count + (ulong)Omitted));
        }
    }

    /// <summary>The chance that a drawn record fails where no auditor has a reason of its own, in millionths.</summary>
    /// <param name="lazy">One of the auditors passes what it was not shown, and so nothing unopened counts.</param>
    public uint ShownChance(bool lazy)
    {
        const ulong one = 1_000_000;
        var honest = (this with { Omitted = 0, Substituted = 0 }).BadChance;
        var substituted = Hides ? lazy ? 0UL : one : Differs;
        var customers = ((ulong)Substituted * substituted + (one - Substituted) * honest) / one;
        return (uint)((Own * (ulong)honest + (one - Own) * customers) / one);
    }
}

/// <summary>One epoch's records as they are, before anybody draws.</summary>
/// <param name="Letters">What an honest auditor finds of each logged record: r, d or u.</param>
/// <param name="Own">Whether it is the provider's own.</param>
/// <param name="Customers">Customers' records, logged or not.</param>
/// <param name="Bad">Of those: an honest auditor would fail it, or it was not logged and differs. A record hidden from auditors is bad if it differs.</param>
/// <param name="Substituted">Answered by another model, logged or not.</param>
public sealed record EpochRecords(char[] Letters, bool[] Own, int Customers, int Bad, int Substituted)
{
    /// <summary>How many records an epoch has.</summary>
    public const int Count = 2_000;

    /// <summary>Logged records that an honest auditor would fail.</summary>
    public int Failing => Letters.AsSpan().Length - Letters.AsSpan().Count('r');

    /// <summary>The bad share of customers' records, in millionths.</summary>
    public uint Truth => Customers == 0 ? 0 : (uint)((ulong)Bad * 1_000_000 / (ulong)Customers);

    public static EpochRecords Draw(in Conduct conduct, Draws draws)
    {
        var (letters, own) = (new char[Count], new bool[Count]);
        var (customers, bad, substituted) = (0, 0, 0);
        for (var i = 0; i < Count; i++)
        {
            own[i] = conduct.Own > 0 && draws.Chance(conduct.Own);
            var letter = 'r';
            var isBad = false;
            if (!own[i] && conduct.Substituted > 0 && draws.Chance(conduct.Substituted))
            {
                substituted++;
                isBad = draws.Chance(conduct.Differs);
                letter = conduct.Hides ? 'u' : isBad ? 'd' : 'r';
            }
            else if (draws.Chance(conduct.Fails)
                || i >= conduct.IncidentFrom && i < conduct.IncidentFrom + conduct.IncidentRecords && draws.Chance(500_000))
            {
                (letter, isBad) = ('d', true);
            }
            letters[i] = letter;
            customers += own[i] ? 0 : 1;
            bad += isBad && !own[i] ? 1 : 0;
        }
        for (var i = 0; i < conduct.Omitted; i++)
            bad += draws.Chance(conduct.Differs) ? 1 : 0;
        return new EpochRecords(letters, own, customers + conduct.Omitted, bad, substituted + conduct.Omitted);
    }
}
