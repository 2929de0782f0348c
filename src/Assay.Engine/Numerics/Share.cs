using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// What one thread is to make of a launch, and has not begun: neighbouring outputs, of which it takes pieces from the front while
/// others who have nothing left take them from the back. On cache lines of its own.
/// </summary>
/// <remarks>
/// Both ends are one number, so a piece is taken by one comparison and exchange: none is lost, none is taken twice. What is read
/// before the exchange may be of an earlier launch: that decides no more than how long the piece is. Once it has succeeded, the launch cannot
/// end before the piece is made, and <see cref="Launch"/> is the one that it belongs to.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct Share
{
    // The first output in the upper half, the one after the last in the lower.
    private long range;
    private int piece;

    public Launch Launch;

    /// <summary>Nothing is left.</summary>
    public readonly bool IsEmpty => IsNone(Volatile.Read(in range));

    /// <summary>Offers outputs, after all else that belongs to the launch has been written. Before, the share is empty.</summary>
    public void Offer(in Launch launch, int from, int to, int piece)
    {
        Launch = launch;
        this.piece = piece;
        Interlocked.Exchange(ref range, Of(from, to));
    }

    /// <summary>Takes a piece, from the back where it is another's share.</summary>
    public bool Take(bool fromBack, out int from, out int to)
    {
        var seen = Volatile.Read(ref range);
        while (!IsNone(seen))
        {
            (from, to) = ((int)(seen >> 32), (int)seen);
            var together = Math.Max(Launch.Cost.Together, 1);
            // Up to (down to) the next multiple.
            var cut = fromBack ? Math.Max(from, (to - Math.Max(piece, 1)) / together * together)
                : (int)Math.Min(to, ((long)from + Math.Max(piece, 1) + together - 1) / together * together);
            var before = Interlocked.CompareExchange(ref range, fromBack ? Of(from, cut) : Of(cut, to), seen);
            if (before == seen)
            {
                if (fromBack)
                    from = cut;
                else
                    to = cut;
                return true;
            }
            seen = before;
        }
        (from, to) = (0, 0);
        return false;
    }

    private static long Of(int from, int to) => ((long)from << 32) | (uint)to;

    private static bool IsNone(long range) => (int)(range >> 32) >= (int)range;
}
