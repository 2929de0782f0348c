using System.Buffers;
using System.Text;
using Assay.Log.Wal;

namespace Assay.Log.Tests;

public class WalFormatTests
{
    private const string Origin = "wal.example";

    private static readonly byte[] Marker = [.. Enumerable.Range(100, WalFormat.MarkerSize).Select(i => (byte)i)];

    // Three batches of 1, 2 and 3 entries, the second with an attachment.
    private static (byte[] Bytes, int[] Ends) Segment()
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(WalFormat.WriteHeader(40, Marker, Origin));
        var ends = new List<int>();
        WalFormat.WriteBatch(buffer, Marker, 40, [Entry("a", "")]);
        ends.Add(buffer.WrittenCount);
        WalFormat.WriteBatch(buffer, Marker, 41, [Entry("bb", "private"), Entry("", "")]);
        ends.Add(buffer.WrittenCount);
        WalFormat.WriteBatch(buffer, Marker, 43, [Entry("c", ""), Entry("d", "x"), Entry("e", "")]);
        ends.Add(buffer.WrittenCount);
        return (buffer.WrittenSpan.ToArray(), [.. ends]);
    }

    private static LogEntry Entry(string entry, string attachment) => LogEntry.Of(Encoding.ASCII.GetBytes(entry), Encoding.ASCII.GetBytes(attachment));

    private static WalSegment Read(byte[] bytes, bool newest = true) => WalFormat.Read(bytes, Origin, newest, "segment");

    [Fact]
    public void Segment_is_read_as_it_was_written()
    {
        var (bytes, _) = Segment();
        var segment = Read(bytes, newest: false);
        Assert.Equal(40UL, segment.First);
        Assert.Equal(46UL, segment.End);
        Assert.Equal(bytes.Length, segment.ValidLength);
        Assert.Equal(["a", "bb", "", "c", "d", "e"], segment.Entries.Select(e => Encoding.ASCII.GetString(e.Bytes.Span)));
        Assert.Equal(["", "private", "", "", "x", ""], segment.Entries.Select(e => Encoding.ASCII.GetString(e.Attachment.Span)));
    }

    [Fact]
    public void Segment_cut_at_any_byte_keeps_the_whole_batches_before_the_cut()
    {
        var (bytes, ends) = Segment();
        for (var cut = WalFormat.HeaderSize; cut <= bytes.Length; cut++)
        {
            var whole = ends.Count(e => e <= cut);
            var segment = Read(bytes[..cut]);
            Assert.Equal(new[] { 0, 1, 3, 6 }[whole], segment.Entries.Count);
            Assert.Equal(whole == 0 ? WalFormat.HeaderSize : ends[whole - 1], segment.ValidLength);
        }
        for (var cut = 0; cut < WalFormat.HeaderSize; cut++)
            Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => Read(bytes[..cut])).Fault);
    }

    [Fact]
    public void Cut_in_a_segment_that_is_not_the_newest_is_an_error()
    {
        var (bytes, ends) = Segment();
        for (var cut = WalFormat.HeaderSize + 1; cut < bytes.Length; cut++)
            if (!ends.Contains(cut))
                Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => Read(bytes[..cut], newest: false)).Fault);
    }

    [Fact]
    public void Any_changed_bit_before_the_last_batch_is_an_error_and_in_the_last_a_torn_tail()
    {
        var (bytes, ends) = Segment();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (bit / 8 >= ends[1])
                Assert.Equal(3, Read(changed).Entries.Count);
            else
                Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => Read(changed)).Fault);
        }
    }

    [Fact]
    public void Last_batch_of_which_any_piece_is_missing_is_a_torn_tail()
    {
        var (bytes, ends) = Segment();
        for (var from = ends[1]; from < bytes.Length; from += 3)
            for (var to = from + 1; to <= bytes.Length; to += 5)
            {
                var torn = bytes.ToArray();
                torn.AsSpan(from..to).Clear();
                if (torn.AsSpan().SequenceEqual(bytes))
                    continue;
                Assert.Equal(3, Read(torn).Entries.Count);
            }
    }

    [Fact]
    public void Entry_that_looks_like_a_batch_does_not_make_a_torn_tail_an_error()
    {
        var fake = new ArrayBufferWriter<byte>();
        WalFormat.WriteBatch(fake, new byte[WalFormat.MarkerSize], 50, [Entry("fake", "")]);
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(WalFormat.WriteHeader(40, Marker, Origin));
        WalFormat.WriteBatch(buffer, Marker, 40, [LogEntry.Of(fake.WrittenSpan.ToArray(), default), Entry("rest", "")]);
        Assert.Empty(Read(buffer.WrittenSpan[..^1].ToArray()).Entries);
    }

    [Fact]
    public void Segment_of_another_log_is_refused()
    {
        var (bytes, _) = Segment();
        Assert.Equal(LogFault.WrongIdentity, Assert.Throws<LogException>(() => WalFormat.Read(bytes, "other", newest: true, "segment")).Fault);
    }

    [Fact]
    public void Rubbish_is_refused_with_the_one_exception()
    {
        var random = new Random(5);
        var (bytes, _) = Segment();
        for (var round = 0; round < 20_000; round++)
        {
            var rubbish = bytes.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                rubbish[random.Next(rubbish.Length)] = (byte)random.Next(256);
            var length = random.Next(3) == 0 ? random.Next(rubbish.Length + 1) : rubbish.Length;
            try
            {
                Assert.True(Read(rubbish[..length], newest: random.Next(2) == 0).Entries.Count <= 6);
            }
            catch (LogException)
            {
                // The answer that is wanted.
            }
        }
    }
}
