using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>
/// The memory of a plan's values: one block, in which values that are never needed at the same time may lie in the same place.
/// The plan is recorded twice: once to learn how large each value is and when it comes and goes, once with the places known.
/// </summary>
internal sealed unsafe class Arena : IFloatStore, IDisposable
{
    /// <summary>Values beyond which no layout is looked for.</summary>
    private const int MostPlaces = 8192;

    // Floats of a cache line.
    private const int Line = 16;

    private readonly List<Place> places = [];
    private readonly List<AlignedBuffer> standIns = [];
    private AlignedBuffer? block;
    private int clock, next;

    /// <summary>Bytes of the block.</summary>
    public long Bytes { get; private set; }

    public Floats Rent(long count)
    {
        // Every value begins on a cache line.
        var room = (Math.Max(count, 1) + Line - 1) / Line * Line;
        if (block is not null)
        {
            var known = next < places.Count ? places[next++] : null;
            if (known?.Room != room)
                throw new InvalidOperationException("a plan's second recording asks for other memory than its first");
            return new(block.Pointer + known.Start, known, this);
        }
        if (places.Count == MostPlaces)
            throw new UnplannableException($"more than {MostPlaces} values");
        var place = new Place(room, clock++);
        places.Add(place);
        return new(StandIn(room), place, this);
    }

    public void Return(Floats floats)
    {
        if (block is null)
            ((Place)floats.Backing!).Death = clock++;
    }

    /// <summary>Lets a value be made where it is going to be copied to: part of <paramref name="whole"/>, from <paramref name="at"/> on.</summary>
    /// <param name="part">All of a value's memory, which nothing else needs now or later; null where that is not so.</param>
    public void Join(Floats whole, long at, Floats? part, long count)
    {
        if (block is not null || part?.Backing is not Place { Whole: null } place || place == whole.Backing || place.Room != count || at % Line != 0)
            return;
        (place.Whole, place.Offset) = ((Place)whole.Backing!, at);
    }

    /// <summary>After the first recording: gives every value its place, the largest first, each as low as those that live beside it allow.</summary>
    public void LayOut()
    {
        // Whoever holds others comes when the first of them comes. What is joined later holds what was joined before.
        foreach (var place in places)
            for (var whole = place.Whole; whole is not null; whole = whole.Whole)
                whole.Birth = Math.Min(whole.Birth, place.Birth);
        var placed = new List<Place>(places.Count);
        var size = 0L;
        foreach (var place in places.Where(p => p.Whole is null).OrderByDescending(p => p.Room).ThenBy(p => p.Birth))
        {
            var at = 0L;
            foreach (var other in placed)
            {
                if (other.Birth >= place.Death || place.Birth >= other.Death)
                    continue;
                if (other.Offset - at >= place.Room)
                    break;
                at = Math.Max(at, other.Offset + other.Room);
            }
            place.Offset = at;
            size = Math.Max(size, at + place.Room);
            var index = placed.BinarySearch(place, ByOffset);
            placed.Insert(index < 0 ? ~index : index, place);
        }
        Forget();
        Bytes = size * sizeof(float);
        block = new AlignedBuffer(size);
    }

    public void Dispose()
    {
        Forget();
        block?.Dispose();
    }

    private static readonly Comparer<Place> ByOffset = Comparer<Place>.Create((a, b) => a.Offset.CompareTo(b.Offset));

    // Memory that is never computed with, and so hardly ever touched: a pointer that is looked at by mistake does no harm.
    private float* StandIn(long room)
    {
        if (standIns.Count == 0 || standIns[^1].Count < room)
            standIns.Add(new AlignedBuffer(Math.Max(room, standIns.Count == 0 ? 0 : 2 * standIns[^1].Count)));
        return standIns[^1].Pointer;
    }

    private void Forget()
    {
        foreach (var standIn in standIns)
            standIn.Dispose();
        standIns.Clear();
    }

    private sealed class Place(long room, int birth)
    {
        public long Room => room;

        public int Birth { get; set; } = birth;

        /// <summary>The value that this is a part of.</summary>
        public Place? Whole { get; set; }

        public long Start => Offset + (Whole?.Start ?? 0);

        public int Death { get; set; } = int.MaxValue;

        /// <summary>From the beginning of the block, or of the whole.</summary>
        public long Offset { get; set; }
    }
}
